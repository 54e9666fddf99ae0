# Installs the PostgreSQL server programs with the system's package manager, if it
# may: as root, or with Homebrew, which wants no root. Starts no server.
#
# BUILDKEY_TEST_INSTALL=no forbids it. ROOT is put before the paths of /etc.
set -eu
how=$1

has() { command -v "$1" >/dev/null 2>&1; }
say() { echo "cluster: $*" >&2; }

# Debian makes a cluster and starts it when the package is installed, unless this
# file, which postgresql-common brings, says otherwise; it is put back afterwards.
debian() {
	conf=${ROOT:-}/etc/postgresql-common/createcluster.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q
	apt-get install -y -q --no-install-recommends postgresql-common
	cp "$conf" "$conf.buildkey"
	trap 'mv -f "$conf.buildkey" "$conf"' EXIT
	echo 'create_main_cluster = false' >>"$conf"
	apt-get install -y -q --no-install-recommends postgresql
}

if [ "${BUILDKEY_TEST_INSTALL:-}" = no ]; then
	say "PostgreSQL is missing and BUILDKEY_TEST_INSTALL=no forbids to install it; install it yourself: $how"
	exit 1
fi
if ! has brew && [ "$(id -u)" != 0 ]; then
	say "PostgreSQL is missing and only root may install it; run as root, or install it yourself: $how"
	exit 1
fi
say "PostgreSQL is missing: installing it (BUILDKEY_TEST_INSTALL=no forbids that)"
if has brew; then
	brew install postgresql@17
elif has apt-get; then
	debian
elif has dnf; then
	dnf install -y postgresql-server
elif has apk; then
	apk add postgresql
else
	say "none of brew, apt-get, dnf and apk is here; install PostgreSQL 13 or later with this system's own package manager"
	exit 1
fi
