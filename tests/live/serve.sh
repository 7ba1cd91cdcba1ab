# SPDX-License-Identifier: MIT
# Sourced after common.sh by tests of commands that stay: `contend serve` and `contend push`.
#
#   start_server ARGUMENT...    contend serve; $port, or nothing for a unix socket; $server is its process
#   stop_server [SIGNAL]        $? is its exit status
#   get PATH [CURL-OPTION...]   body to $work/body, head to $work/head; prints the status
#   header NAME                 of the last head
#   metric REGEX                the sum of the metrics whose lines match
#   demand RUN N TOTAL          lets a program of `on_demand` wait N times, and awaits that it has

start_server()
{
	: >"$work/server.out"
	"$contend" serve "$@" >"$work/server.out" 2>"$work/server.err" 9>&- &
	server=$!
	await says "$work/server.out" serving
	port=$(sed -n 's/.*:\([0-9]*\)\/debug\/pprof\/$/\1/p' "$work/server.out")
}

stop_server()
{
	kill -"${1:-TERM}" "$server"
	wait "$server"
}

get()
{
	local path=$1

	shift
	curl -s -m 60 -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" "http://127.0.0.1:${port:-80}$path"
}

header()
{
	sed -n "s/^$1: \(.*\)\r\$/\1/Ip" "$work/head"
}

metric()
{
	curl -s -m 60 "http://127.0.0.1:$port/metrics" | awk -v wanted="$1" '!/^#/ && $0 ~ wanted { sum += $NF } END { print sum + 0 }'
}

demand()
{
	echo "$2" >&9
	await says "$work/$1.out" "done $3"
}
