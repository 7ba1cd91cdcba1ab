# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # user is for others
# servers.sh: sourced by what runs Debian's servers: the demo, tests/live/programs, tests/bench.
#
#   unprivileged USER       a server refuses to be root: root becomes that user for it, by "${user[@]}"
#   answers PORT            is somebody listening there?
#   free_port               a port where nobody is
#   await_server PID SECONDS COMMAND...   waits until the command holds; not longer than so many seconds, nor than the process lives
#   mariadb_make DIRECTORY  a data directory, of the user that MariaDB's package made where root asks
#   postgresql_path         where Debian keeps PostgreSQL's programs
user=()

unprivileged()
{
	user=()
	[ "$(id -u)" = 0 ] || return 0
	user=(setpriv "--reuid=$1" "--regid=$(id -g "$1")" --init-groups --)
}

answers()
{
	(: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port()
{
	local port=$((20000 + RANDOM % 10000))

	while answers $port; do
		port=$((20000 + RANDOM % 10000))
	done
	echo $port
}

await_server()
{
	local server=$1 tries=$(($2 * 20))

	shift 2
	for ((; tries > 0; tries--)); do
		"$@" >/dev/null 2>&1 && return
		kill -0 "$server" 2>/dev/null || return
		sleep 0.05
	done
	return 1
}

mariadb_make()
{
	local owner=()

	[ "$(id -u)" = 0 ] && owner=(--user=mysql)
	mariadb-install-db --no-defaults "${owner[@]}" --datadir="$1" --auth-root-authentication-method=normal --skip-test-db --force
}

postgresql_path()
{
	find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1
}
