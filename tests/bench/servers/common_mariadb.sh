# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # of ../servers.sh
# Sourced by the files of MariaDB's loads, which set `script` of sysbench, `rows` of its one table, `clients`, and perhaps `options`
# of the server.
program=mariadbd
rate=transactions/s
account=mysql
options=()

launch()
{
	"$@" mariadbd --no-defaults --datadir="$here/db" --socket="$here/socket" --pid-file="$here/pid" --skip-networking --skip-log-bin \
		--innodb-buffer-pool-size=128M --innodb-log-file-size=64M --innodb-flush-log-at-trx-commit=1 "${options[@]}"
}

start()
{
	cp -a "$data/db" "$here/db"
	launch serve
}

is_ready()
{
	mariadb-admin --no-defaults --socket="$here/socket" --user=root ping
}

bench_sql()
{
	"${on_client[@]}" sysbench "$script" --db-driver=mysql --mysql-socket="$here/socket" --mysql-user=root --tables=1 \
		--table-size="$rows" --percentile=99 "$@"
}

# A server makes the tables once.
prepare()
{
	local here=$data preloading=() on_server=() made

	mariadb_make "$data/db" || return
	launch serve &
	server_of[prepare]=$!
	await_server $! 60 is_ready
	mariadb --no-defaults --socket="$data/socket" --user=root -e 'CREATE DATABASE sbtest' && bench_sql --threads=1 prepare
	made=$?
	kill $! && wait $!
	unset 'server_of[prepare]'
	return $made
}

load()
{
	bench_sql --threads="$clients" --time="$1" run >"$here/load" 2>&1 || return
	awk '
		/transactions:/ { requests = $2; sub(/.*\(/, ""); throughput = $1 }
		/99th percentile:/ { p99 = $3 * 1e3 }
		/reconnects:/ && $2 { exit failed = 1 }
		END { if (!failed) print requests, throughput, p99; exit failed }' "$here/load"
}
