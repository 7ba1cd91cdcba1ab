#!/bin/bash
# SPDX-License-Identifier: MIT
# make demo: a MariaDB server under load, profiled while it runs. Its two profiles stay in build/demo.
#
# The server writes every statement to its slow query log (long_query_time = 0), as people do to find slow statements. All
# connections share one mutex for that log: that is what the profiles are expected to show.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/servers.sh
library=$PWD/build/libcontend.so
kept=$PWD/build/demo
clients=24
load_seconds=12
dump_after_seconds=8
data=
regions=
server=
load=

fail()
{
	echo "demo: $*" >&2
	exit 1
}

# Whatever happened: no process and no file of ours is left.
clean_up()
{
	trap '' INT TERM
	[ "$load" ] && kill "$load" 2>/dev/null && wait "$load" 2>/dev/null
	[ "$server" ] && kill -KILL "$server" 2>/dev/null && wait "$server" 2>/dev/null
	[ "$data" ] && rm -rf "$data" "$regions"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What a log says of a failure: its first error, or its last line.
reason()
{
	grep -m 1 -E 'ERROR|FATAL' "$1" || grep -v '^[[:space:]]*$' "$1" | tail -n 1
}

check_needs()
{
	local need

	PATH=$PATH:/usr/sbin
	for need in mariadbd mariadb-install-db mariadb-admin mariadb sysbench go; do
		command -v $need >/dev/null || fail "$need is missing (make install-needs)"
	done
}

# A server must not run as root; root lends the files to the user that Debian made for it.
make_data()
{
	data=$(mktemp -d /tmp/contend-demo.XXXXXX) || fail 'cannot make a directory in /tmp'
	regions=$(mktemp -d /dev/shm/contend-demo.XXXXXX) || fail 'cannot make a directory in /dev/shm'
	owner=()
	if [ "$(id -u)" = 0 ]; then
		id mysql >/dev/null 2>&1 || fail 'there is no user mysql (package mariadb-server)'
		owner=(--user=mysql)
		chown mysql "$data" "$regions" || fail "cannot give $data to the user mysql"
	fi
	mkdir "$data/profiles" && chmod 1777 "$data/profiles" || fail "cannot write $data"
	mariadb_make "$data/db" >"$data/install.log" 2>&1 || fail "mariadb-install-db: $(reason "$data/install.log")"
}

start_server()
{
	local options=(--no-defaults "${owner[@]}" --datadir="$data/db" --socket="$data/socket" --pid-file="$data/pid"
		--skip-networking --skip-log-bin --innodb-buffer-pool-size=64M --innodb-log-file-size=16M
		--innodb-flush-log-at-trx-commit=0 --slow-query-log=1 --long-query-time=0 --slow-query-log-file="$data/slow.log")

	LD_PRELOAD=$library CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT=$data/profiles/%e.%n CONTEND_REGION_DIR=$regions \
		mariadbd "${options[@]}" >"$data/server.log" 2>&1 &
	server=$!
	await_server "$server" 30 mariadb-admin --no-defaults --socket="$data/socket" --user=root ping &&
		mariadb --no-defaults --socket="$data/socket" --user=root -e 'CREATE DATABASE sbtest' 2>"$data/client.log" ||
		fail "the server did not start: $(reason "$data/server.log")"
}

start_load()
{
	local command=(sysbench oltp_point_select --db-driver=mysql --mysql-socket="$data/socket" --mysql-user=root
		--tables=2 --table-size=1000 --threads=$clients --time=$load_seconds)

	"${command[@]}" prepare >"$data/load.log" 2>&1 || fail "sysbench prepare: $(reason "$data/load.log")"
	"${command[@]}" run >"$data/load.log" 2>&1 &
	load=$!
}

# A profile appears by a rename: once it is there, it is complete.
both_profiles()
{
	compgen -G "$data/profiles/*.mutex.pb.gz" && compgen -G "$data/profiles/*.block.pb.gz"
}

take_profiles()
{
	sleep $dump_after_seconds
	kill -0 "$load" 2>/dev/null || fail "sysbench ended early: $(reason "$data/load.log")"
	echo "\$ kill -USR2 $server"
	kill -USR2 "$server" || fail "the server is gone: $(reason "$data/server.log")"
	await_server "$server" 30 both_profiles && both_profiles >/dev/null ||
		fail "no profile was written: $(reason "$data/server.log")"
	rm -rf "$kept"
	mkdir -p "$kept" && cp "$data"/profiles/*.pb.gz "$kept" || fail "cannot copy the profiles to $kept"
}

show()
{
	echo
	echo "== $1"
	shift
	echo "\$ go tool pprof -top $*"
	HOME=$data go tool pprof -top -nodecount=14 "$@" || fail "go tool pprof could not read the profile"
}

stop_server()
{
	wait "$load" || fail "sysbench: $(reason "$data/load.log")"
	load=
	kill "$server"
	wait "$server" || fail "the server did not end well: $(reason "$data/server.log")"
	server=
}

[ $# = 0 ] || fail 'takes no argument'
check_needs
make -s all || fail 'the build failed: its messages are above'
echo "Starting MariaDB with libcontend.so preloaded; $clients clients will query it, every statement goes to its slow query log."
make_data
start_server
start_load
take_profiles
mutex=$(cd "$kept/../.." && echo build/demo/*.mutex.pb.gz)
block=${mutex%.mutex.pb.gz}.block.pb.gz
show 'Who made others wait: the mutex profile charges each release of a lock with the waiting that it ended.
   Most of it should go to MYSQL_QUERY_LOG::write: one connection at a time writes to the log.' "$mutex"
show 'Who waited: the block profile, without idle threads (they wait for condition variables).
   The same log again, now seen from the connections that queue for it.' '-tagignore=kind=cond' "$block"
show 'All waits, idle ones included.' "$block"
stop_server
echo
echo "$(sed -n 's/.*queries: *\([0-9]*\) .*/\1/p' "$data/load.log") queries were served. The profiles are in build/demo;" \
	"as a graph: go tool pprof -http=localhost: $mutex"
