# Runs one throw-away PostgreSQL server for as long as standard input stays open.
# Whoever started this holds the other end of that pipe and need not say goodbye:
# the kernel closes it even for a process that is killed.
#
# A server that ends takes its folder along, unless the folder holds a file named
# kept: then it is started again as soon as there is no file named halted.
#
# $1 folder of initdb and postgres, $2 folder of the cluster, $3 max_connections
bin=$1 dir=$2
exec 3<&0 </dev/null
trap '' HUP INT TERM
trap 'rm -rf "$dir"' EXIT

serve() {
	"$bin/postgres" -D "$dir/data" -k "$dir" -p 5432 -c listen_addresses= \
		-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
		-c shared_buffers=128MB -c "max_connections=$1" &
	echo $! >"$dir/server"
	wait $!
}

"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale --no-sync || exit 1

# More than once: a server that has just been started ignores the first.
{
	cat <&3 >/dev/null
	: >"$dir/over"
	while read -r server <"$dir/server" && kill -QUIT "$server" || kill -0 $$; do sleep 1; done
} 2>/dev/null &
stopper=$!

serve "$3"
while [ -e "$dir/kept" ] && [ ! -e "$dir/over" ]; do
	if [ -e "$dir/halted" ]; then sleep 0.1; else serve "$3"; fi
done
kill -KILL "$stopper" 2>/dev/null
