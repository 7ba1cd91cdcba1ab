#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# memcached with four workers: the commands of its protocol, then four clients that write and read as fast as they are answered.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs memcached
unprivileged nobody

# set KEY VALUE [FLAGS]
set_value()
{
	printf 'set %s %s 0 %s\r\n%s\r\n' "$1" "${3:-0}" ${#2} "$2"
}

commands()
{
	set_value greeting 'hello' 7
	set_value counter 41
	set_value large "$(head -c 500000 /dev/zero | tr '\0' x)"
	printf 'append greeting 0 0 7\r\n, world\r\n'
	printf 'add greeting 0 0 1\r\nx\r\n'
	printf 'replace nothing 0 0 1\r\nx\r\n'
	printf 'cas greeting 0 0 1 999999\r\nx\r\n'
	printf '%s\r\n' 'get greeting' 'get greeting counter nothing' 'gets greeting' 'incr counter 1' 'incr greeting 1' 'decr counter 100' \
		'touch counter 1000' 'gat 1000 counter' 'get large' 'delete greeting' 'get greeting' 'nonsense' 'set broken' \
		'mn' 'mg counter v t' 'verbosity 0' 'flush_all' 'get counter' 'quit'
}

# All the commands of client NUMBER; what the others do does not change its answers.
load()
{
	seq -f "set $1:%g 0 0 6" 1 10000 | sed 's/$/\r\nvalue \r/'
	seq -f "get $1:%g" 1 10000 | sed 's/$/\r/'
	seq -f "incr $1:sum %g" 1 1000 | sed 's/$/\r/'
	printf 'quit\r\n'
}

all_at_once()
{
	local number

	for number in 1 2 3 4; do
		load $number | exchange "$port" >"$here/load.$number" &
		clients+=($!)
	done
	for ((number = 0; number < 20000; number++)); do
		printf 'incr shared 1\r\n'
	done >"$here/increments"
	for number in 5 6 7 8; do
		{ cat "$here/increments"; printf 'quit\r\n'; } | exchange "$port" >"$here/load.$number" &
		clients+=($!)
	done
	wait "${clients[@]}"
	clients=()
}
clients=()

serve()
{
	start memcached -l 127.0.0.1 -p "$port" -U 0 -t 4 -m 64
	check "$way: it answers" await answers "$port"
	commands | exchange "$port" >"$here/answers"
	{ set_value shared 0; printf 'quit\r\n'; } | exchange "$port" >>"$here/answers"
	all_at_once
	cat "$here"/load.[1-4] >>"$here/answers"
	printf 'get shared\r\nquit\r\n' | exchange "$port" >>"$here/answers"
	is "$way: no increment is lost" "$(tail -n 2 "$here/answers" | head -n 1 | tr -d '\r')" 80000
	stop TERM
	is "$way: nothing is said" "$(cat "$here/err")" "$(cat "$work/bare/err")"
	profiled_well memcached 1
	shows_kind epoll 'epoll_wait;.*start_thread' 100
	shows_kind cond 'pthread_cond_(timed)?wait;.*start_thread'
}

every_way serve
finish
