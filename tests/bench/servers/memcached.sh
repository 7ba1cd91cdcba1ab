# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # of ../servers.sh
title='memcached, 4 threads; 32 clients, 9 gets to a set'
program=memcached
rate=requests/s
account=nobody

start()
{
	serve memcached -l 127.0.0.1 -p "$port" -U 0 -t 4 -m 64
}

is_ready()
{
	answers "$port"
}

# Only the first load finds a server without keys.
load()
{
	local fill=()

	[ -e "$here/filled" ] || fill=(fill)
	"${on_client[@]}" "$bench/memcached_load" "$port" 32 "$1" "${fill[@]}" && touch "$here/filled"
}
