# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # of ../servers.sh
# Sourced by the files of PostgreSQL's loads, which set `options` of pgbench and `scale` of its tables.
program=postgres
rate=transactions/s
account=postgres
end_signal=INT
load_seconds=4 # a connection is a process: its beginning and its end, and its profiles, have a part in the figures

launch()
{
	"$@" postgres -D "$here/db" -k "$here" -c listen_addresses= -c unix_socket_permissions=0777
}

start()
{
	cp -a "$data/db" "$here/db"
	launch serve
}

is_ready()
{
	psql -X -h "$here" -U postgres -d postgres -c 'SELECT 1'
}

bench_sql()
{
	"${on_client[@]}" pgbench -h "$here" -U postgres "$@" postgres
}

# A server makes the tables once.
prepare()
{
	local here=$data preloading=() on_server=() made

	"${user[@]}" initdb -D "$data/db" -U postgres -A trust --no-sync --no-locale -E UTF8 || return
	launch serve &
	server_of[prepare]=$!
	await_server $! 60 is_ready
	bench_sql -i -q -s "$scale"
	made=$?
	kill -INT $! && wait $!
	unset 'server_of[prepare]'
	return $made
}

# The time of each transaction is the third field of its log.
load()
{
	rm -f "$here"/log.*
	bench_sql -n -c 8 -j 1 -T "$1" -l --log-prefix="$here/log" "${options[@]}" >"$here/load" 2>&1 || return
	grep -q 'failed transactions: 0 ' "$here/load" || return
	cut -d ' ' -f 3 "$here"/log.* | sort -n | awk -v tps="$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$here/load")" '
		{ us[NR] = $1 }
		END { print NR, tps, us[int(NR * 0.99 + 0.5)] }'
}
