# Runs one throw-away PostgreSQL server for as long as standard input stays open.
# Whoever started this holds the other end of that pipe and need not say goodbye:
# the kernel closes it even for a process that is killed.
#
# $1 folder of initdb and postgres, $2 folder of the cluster, $3 max_connections
bin=$1 dir=$2
exec 3<&0 </dev/null
trap '' HUP INT TERM
trap 'rm -rf "$dir"' EXIT

"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync || exit 1
"$bin/postgres" -D "$dir/data" -k "$dir" -p 5432 -c listen_addresses= \
	-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
	-c shared_buffers=128MB -c "max_connections=$3" &
server=$!

# More than once: a server that has just been started ignores the first.
{ cat <&3 >/dev/null; while kill -QUIT "$server"; do sleep 1; done; } 2>/dev/null &
stopper=$!

wait "$server"
kill -KILL "$stopper" 2>/dev/null
