# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # of ../servers.sh
title='redis, 2 I/O threads; redis-benchmark, 50 connections, GET, 16 at a time'
program=redis-server
rate=requests/s

start()
{
	serve redis-server --port "$port" --bind 127.0.0.1 --dir "$here" --io-threads 2 --io-threads-do-reads yes --save '' --appendonly no
}

is_ready()
{
	answers "$port"
}

# benchmark TEST REQUESTS
benchmark()
{
	"${on_client[@]}" redis-benchmark -p "$port" -c 50 -P 16 -d 100 -r 10000 -t "$1" -n "$2" --csv 2>"$here/load.err" |
		tr -d '"' | awk -F , -v requests="$2" '$2 + 0 { print requests, $2, $8 * 1000 }'
}

# It takes a number of requests, not a time: all servers are asked as often as the first one answers in that time.
load()
{
	[ -e "$here/filled" ] || benchmark set 50000 >"$here/filled" || return
	[ -e "$data/rate" ] || benchmark get 20000 | cut -d ' ' -f 2 >"$data/rate" || return
	benchmark get "$(awk -v seconds="$1" '{ printf "%d", $1 * seconds }' "$data/rate")"
}
