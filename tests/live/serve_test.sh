#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# `contend serve`: what Go's net/http/pprof answers, for native processes; and no client brings it down.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "${ROOT:-$PWD}/tests/live/serve.sh"
cd "$work" || exit 1
export PPROF_TMPDIR=$work
root=/debug/pprof

hostile()
{
	timeout -s KILL 90 /usr/bin/python3 "$ROOT/tests/live/http_hostile.py" "$port" "$1"
}

is_metric()
{
	[ "$(metric "$1")" = "$2" ]
}

# PATH [STACK]: how many waits a profile has.
waits()
{
	get "$1" >/dev/null
	"$BUILD/tests/decode" body >waits.txt && sum waits.txt count "${2:-;wait_for_it;}"
}

# FILE OPTION...: contentions and delay of all samples, as pprof reads them.
totals()
{
	pprof -raw "${@:2}" "$1" 2>/dev/null | awk '/^Samples:/ { on = 1; next } /^Locations/ { on = 0 }
		on && /^ *[0-9]+ +[0-9]+:/ { count += $1; delay += $2 } END { printf "%d %d\n", count, delay }'
}

# NAME STATUS WORDS: an error as Go gives it.
is_error()
{
	is "$1" "$2" "$3"
	is "$1: as text" "$(header content-type)" 'text/plain; charset=utf-8'
	is "$1: that pprof shows" "$(header x-go-pprof) $(header x-content-type-options)" '1 nosniff'
	is "$1: with a reason" "$(head -n 1 body)" "$4"
}

"$contend" serve --help >help.out
is 'help' "$? $(grep -c 'debug/pprof' help.out)" '0 6'
for wrong in '--listen 6060' '--listen ::1:6060' '--listen host:port' '--listen unix:' 'nobody' '--what' '-5'; do
	# shellcheck disable=SC2086 # words
	timeout 10 "$contend" serve $wrong >out 2>err
	is "wrong: $wrong" "$? $(tail -n 1 err)" "2 Try 'contend serve --help'."
done

start_server --listen 127.0.0.1:0
at_least 'it listens' "${port:-0}" 1
is 'nobody is profiled' "$(get $root/)" 200
check 'and it is said' grep -q 'no profiled process' body
is_error 'no process' "$(get $root/mutex)" 404 'there is no profiled process now (contend run starts one)'

# A process that comes while it runs, and whose waits are known.
start_profiled first "$live/on_demand"
first=$pid
check 'it waits ten times' demand first 10 10
is 'the page' "$(get $root/) $(header content-type)" '200 text/html; charset=utf-8'
is 'has the process' "$(grep -c "<h2>$first on_demand</h2>" body)" 1
is 'and its profiles' "$(grep -o "\"[a-z]*?pid=$first&amp;debug=1\"" body | sort | xargs)" \
	"block?pid=$first&amp;debug=1 mutex?pid=$first&amp;debug=1"
is 'redirected' "$(get /debug/pprof) $(header location) $(get /) $(header location)" "302 $root/ 302 $root/"
is 'the command line' "$(get $root/cmdline) $(tr '\0' ' ' <body)" "200 $live/on_demand"

is 'a profile' "$(get $root/block)" 200
is 'is a file' "$(header content-type), $(header content-disposition)" \
	'application/octet-stream, attachment; filename="block"'
"$BUILD/tests/decode" body >block.txt
is 'with all waits' "$(sum block.txt count ';wait_for_it;')" 10
is 'and all releases' "$(waits $root/mutex ';hold_it;')" 10
is 'asked for its head' "$(get $root/block -I) $(header content-type)" '200 application/octet-stream'

# As text: what pprof reads from it is what it reads from the file. But the wait for input goes on, and is longer each time.
for profile in mutex block; do
	get "$root/$profile" >/dev/null && mv body "file.$profile"
	is "$profile as text" "$(get "$root/$profile?debug=1") $(header content-type), $(header content-disposition)" \
		'200 text/plain; charset=utf-8, '
	mv body "text.$profile"
	is "$profile: the same totals of what is over" "$(totals "text.$profile" -ignore=await_line)" \
		"$(totals "file.$profile" -ignore=await_line)"
done
read -r count before < <(totals file.block -focus=await_line)
is 'block: what goes on is as often in both' "$(totals text.block -focus=await_line | cut -d ' ' -f 1)" "$count"
at_least 'and longer in the later one' "$(totals text.block -focus=await_line | cut -d ' ' -f 2)" $((before + 1))
is 'mutex: as Go begins it' "$(head -n 3 text.mutex | tr '\n' ' ')" '--- mutex: cycles/second=1000000000 sampling period=1 '
is 'block: as Go begins it' "$(head -n 2 text.block | tr '\n' ' ')" '--- contention: cycles/second=1000000000 '
check 'with names' grep -qP '^#\t0x[0-9a-f]+\t(wait_for_it|pthread_mutex_lock)(\t|$)' text.block
check 'and kinds' grep -q -E '^# kind=mutex( |$)' text.block
check 'every sample is one of its form' awk '/^--- Memory/ { exit } /^[0-9]/ && !/^[0-9]+ [0-9]+ @( 0x[0-9a-f]+)+$/ { failed = 1 } END { exit failed }' text.block

# Files and lines.
line=$(sed -n '/^KNOWN_WAIT(wait_for_it)/=' "$ROOT/tests/live/plain_waits.h")
check 'with files and lines' grep -qP "^#\\t0x[0-9a-f]+\\twait_for_it\\t+.*/plain_waits\\.h:$line\$" text.block
is 'the profile has them, too' "$(sed -n 's/^# line [0-9]* \([0-9]*\) [0-9]* wait_for_it\t.*\/\(.*\)/\2:\1/p' block.txt | sort -u)" \
	"plain_waits.h:$line"
is 'lines=0: neither' "$(get "$root/block?lines=0") $("$BUILD/tests/decode" body | grep -c '^# line .* wait_for_it	.*plain_waits')" '200 0'
is 'nor as text' "$(get "$root/block?lines=0&debug=1") $(grep -c plain_waits body)" '200 0'

# What its threads wait for.
is 'the threads' "$(get $root/threads) $(header content-type)" '200 text/plain; charset=utf-8'
check 'the one waits for its input' grep -q 'read' body
mv body threads
is 'with stacks' "$(get "$root/threads?debug=2") $(grep -cw 'await_line .*on_demand.c:[0-9]*$' body) $(grep -cw 'await_line' threads)" '200 1 0'
check 'it is counted' await is_metric '^contend_waiters{.*kind="read"}' 1
is 'and nothing else' "$(metric '^contend_waiters')" 1

# The names of addresses.
address=$(awk '$3 == "wait_for_it" { print $2; exit }' text.block)
is 'a symbol' "$(get "$root/symbol?$address") $(xargs <body)" "200 num_symbols: 1 $address wait_for_it"
is 'two, by POST' "$(get "$root/symbol" -d "$address+0x1+$address") $(wc -l <body)" '200 3'
is 'upstream pprof asks so' "$(get "$root/symbol") $(cat body)" '200 num_symbols: 1'

# An interval: what happened within, nothing else, however slow this machine is.
for seconds in 2 8 30; do
	before=$(sum block.txt count ';wait_for_it;')
	(get "$root/block?seconds=$seconds" >status && mv body delta && mv head delta.head) &
	asking=$!
	check "an interval of $seconds s begins" await is_metric '^contend_serve_intervals ' 1
	total=$((before + 7))
	check 'it waits seven times' demand first 7 "$total"
	within=$(metric '^contend_serve_intervals ')
	wait $asking
	get $root/block >/dev/null && "$BUILD/tests/decode" body >block.txt
	[ "$within" = 1 ] && break
done
is 'the waits of that interval' "$within $(cat status) $("$BUILD/tests/decode" delta >delta.txt; sum delta.txt count ';wait_for_it;')" '1 200 7'
is 'the file is called so' "$(grep -ci 'filename="block-delta"' delta.head)" 1
at_least 'its duration' "$(sed -n 's/^# duration //p' delta.txt)" "$((seconds * 990000000))" # the wall clock may be slowed down
is 'all of them are in the totals' "$(sum block.txt count ';wait_for_it;')" "$total"
is 'two at a time' "$( (get "$root/mutex?seconds=1" -o a & get "$root/mutex?seconds=1" -o b; wait) )" 200200

pprof -top -output=top.txt "http://127.0.0.1:$port$root/mutex?seconds=2" >/dev/null 2>pprof.err
is 'go tool pprof: an interval of a process that does nothing' "$? $(grep -c '^Duration: 2' top.txt) $(grep -c 'Total samples = 0' top.txt)" '0 1 1'
pprof -top -output=top.txt "http://127.0.0.1:$port$root/block" >/dev/null 2>pprof.err
is 'go tool pprof: all' "$? $(grep -c wait_for_it top.txt)" '0 1'
pprof -top "http://127.0.0.1:$port" >/dev/null 2>pprof.err
check 'pprof shows our errors' grep -q '404 Not Found - Unknown profile' pprof.err

# Errors.
positive='invalid value for "seconds" - must be a positive integer'
for seconds in 0 -1 x 1.5 '' 99999999999999999999; do
	is_error "seconds=$seconds" "$(get "$root/mutex?seconds=$seconds")" 400 "$positive"
done
is_error 'too many seconds' "$(get "$root/mutex?seconds=3601")" 400 '"seconds" is 3600 at most'
is_error 'seconds and text' "$(get "$root/mutex?seconds=1&debug=1")" 400 'seconds and debug params are incompatible'
is_error 'unknown' "$(get "$root/heap")" 404 'Unknown profile (of a native process there are mutex, block, wake, hold, contention, and threads)'
is_error 'not kept' "$(get "$root/wake")" 404 "Unknown profile: process $first does not keep it (start it with CONTEND_WAKERS=1)"
is_error 'elsewhere' "$(get /nowhere)" 404 '404 page not found'
is_error 'a pid that is none' "$(get "$root/mutex?pid=x")" 400 'invalid value for "pid" - must be the number of a process'
is_error 'a process that is not profiled' "$(get "$root/mutex?pid=$$")" 404 \
	"process $$: not profiled, not served here, or ended (contend list tells)"
is_error 'POST' "$(get "$root/mutex" -d x)" 405 'Method Not Allowed'
is 'POST: what is allowed' "$(header allow)" 'GET, HEAD'
is_error 'DELETE' "$(get "$root/mutex" -X DELETE)" 405 'Method Not Allowed'
for path in $root/../../etc/passwd $root/%2e%2e/cmdline $root/mutex/..; do
	is_error "path $path" "$(get "$path" --path-as-is)" 404 "$(head -n 1 body)"
done
for host in evil.example evil.example:6060 '127.0.0.1.evil.example' localhost.evil '[::1].evil' ''; do
	[ "$host" ] && is "Host: $host is refused" "$(get /metrics -H "Host: $host")" 403
done
for host in localhost LOCALHOST:1 127.0.0.1 127.9.9.9:6060 '[::1]:6060'; do
	is "Host: $host is served" "$(get /metrics -H "Host: $host")" 200
done

# Hostile clients.
refused='HTTP/1.1 400 Bad Request'
is 'a huge header' "$(hostile huge-header)" "$refused"
is 'very many headers' "$(hostile many-headers)" "$refused"
is 'a huge line' "$(hostile huge-line)" "$refused"
check 'a huge body' grep -qE '^(HTTP/1.1 413|closed)' <(hostile huge-body)
is 'a body of negative length' "$(hostile negative-body)" "$refused"
is 'what is no HTTP' "$(hostile no-http)" "$refused"
is 'an unknown method' "$(hostile unknown-method)" 'HTTP/1.1 405 Method Not Allowed'
is 'the name of another in the request' "$(hostile absolute)" 'HTTP/1.1 403 Forbidden'
is 'an old client' "$(hostile old)" 'HTTP/1.0 200 OK'
is 'a line in a parameter' "$(hostile injected)" "$refused"
is 'a hundred connections at a time' "$(hostile many)" '100 HTTP/1.1 200 OK'
is 'more requests before the answer' "$(hostile pipelined)" 'HTTP/1.1 200 OK'
is 'a client that leaves' "$(hostile leave)" left
check 'is not waited for' await is_metric '^contend_serve_intervals ' 0
is 'a client that never comes to the point' "$(hostile slow)" 'closed True'
check 'no connection is left' await is_metric '^contend_serve_connections ' 1
is 'it is alive' "$(kill -0 "$server" && get /metrics) $(cat server.err)" '200 '
at_least 'it has counted' "$(metric 'replies_total.*4xx')" 20

# Metrics.
is 'metrics' "$(get /metrics) $(header content-type)" '200 text/plain; version=0.0.4; charset=utf-8'
check 'are of that format' awk -f "$ROOT/tests/live/exposition.awk" body
labels="{pid=\"$first\",program=\"on_demand\",profile=\"block\",kind=\"mutex\"}"
get $root/block >/dev/null && "$BUILD/tests/decode" body >block.txt
is 'they count what the profile counts' "$(metric "^contend_contentions_total{.*profile=\"block\",kind=\"mutex\"}")" \
	"$(sum block.txt count '' 'kind=mutex')"
is 'and as long' "$(curl -s "http://127.0.0.1:$port/metrics" | grep -F "contend_delay_seconds_total$labels" | sed 's/.* //; s/\.//; s/^0*//')" \
	"$(sum block.txt delay '' 'kind=mutex')"
is 'nothing was lost' "$(metric '^contend_lost_total')" 0
overhead=$(curl -s "http://127.0.0.1:$port/metrics" | sed -n 's/^contend_overhead_seconds_total.* 0\.0*//p')
at_least 'what recording costs, in ns' "${overhead:-0}" 1
at_least 'and of how much CPU time, in us' "$(metric '^contend_cpu_seconds_total' | awk '{ print int($1 * 1e6) }')" 100
at_least 'memory' "$(metric '^contend_memory_bytes')" 100000

# Two processes; one that ends while it is looked at.
exec 8>&9
start_profiled second "$live/on_demand"
second=$pid
check 'a second process' demand second 5 5
is_error 'which of the two?' "$(get $root/block)" 400 'there are 2 profiled processes; choose one with pid=N:'
is 'they are listed' "$(sed 1d body | sort | xargs)" "$(printf '%s on_demand\n' "$first" "$second" | sort | xargs)"
is 'the one' "$(waits "$root/block?pid=$first")" "$total"
is 'the other' "$(waits "$root/block?pid=$second")" 5
is 'each has a section' "$(get $root/ >/dev/null; grep -c '<h2>' body)" 2
check 'metrics of two are of that format' awk -f "$ROOT/tests/live/exposition.awk" <(curl -s "http://127.0.0.1:$port/metrics")
(get "$root/block?pid=$second&seconds=4" >status && mv body delta) &
asking=$!
check 'an interval begins' await is_metric '^contend_serve_intervals ' 1
check 'it waits three times' demand second 3 8
finish_program
is 'it has ended, and removed its region' "$(find "$CONTEND_REGION_DIR" -name "$second.*")" ''
wait $asking
is 'what it did until then is there' "$(cat status) $("$BUILD/tests/decode" delta | sum /dev/stdin count ';wait_for_it;')" '200 3'
is 'afterwards there is one again' "$(get $root/block)" 200

# What was found out is kept; what takes too long is not asked about again.
cp "$live/on_demand" kept
profiled_kept()
{
	get "$root/block?pid=$pid" >/dev/null
	"$BUILD/tests/decode" body | grep -c '^# line .* wait_for_it	.*plain_waits\.h$'
}
start_profiled kept "$work/kept"
check 'a program waits' demand kept 5 5
is 'it has lines' "$(profiled_kept)" 1
mv kept away
is 'they are known when its file is gone' "$(profiled_kept)" 1
finish_program
mkdir slow
cp "$live/on_demand" slow/program
objcopy --strip-debug slow/program
printf 'program.debug\0\0\0\1\2\3\4' >slow/link
objcopy --add-section .gnu_debuglink=slow/link slow/program
mkfifo slow/program.debug
start_profiled slow "$work/slow/program"
check 'a program with debug information that nobody writes waits' demand slow 5 5
(: >slow/program.debug && echo opened >opened) &
check 'the server tries to read it' await test -e "$(get "$root/block?pid=$pid" >status; echo opened)"
is 'it answers' "$(cat status) $("$BUILD/tests/decode" body | sum /dev/stdin count ';wait_for_it;')" '200 5'
rm opened
(: >slow/program.debug && echo opened >opened) &
opener=$!
is 'it answers again' "$(waits "$root/block?pid=$pid")" 5
is 'and does not try again' "$(ls opened 2>/dev/null)" ''
kill $opener
finish_program

# Only those that are named.
stop_server
is 'SIGTERM ends it' $? 0
exec 9>&8 8>&-
pid=$first
start_server --listen 127.0.0.1:0 --host profiles.example 1
is_error 'a process that is not named' "$(get "$root/block?pid=$first")" 404 \
	"process $first: not profiled, not served here, or ended (contend list tells)"
is 'a name that is allowed' "$(get /metrics -H 'Host: profiles.example:80')" 200
"$contend" serve --listen "127.0.0.1:$port" >out 2>err
is 'a port that is taken' "$? $(cat err)" "1 contend: 127.0.0.1:$port: cannot listen there: Address already in use; --listen :PORT chooses another port"
stop_server INT
is 'SIGINT ends it' $? 0

# A socket for its user alone.
echo precious >precious && ln -s precious planted && echo mine >occupied
for name in planted occupied; do
	"$contend" serve --listen "unix:$work/$name" >out 2>err
	is "what lies there stays: $name" "$? $(cat err)" \
		"1 contend: unix:$work/$name: cannot listen there: something lies or listens there already"
done
is 'untouched' "$(cat planted precious occupied | xargs) $(readlink planted)" 'precious precious mine precious'
ln -s "$work/elsewhere" dangling
"$contend" serve --listen "unix:$work/dangling" >out 2>err
is 'nor is a link followed that leads nowhere' "$? $(test -e elsewhere; echo $?)" '1 1'
start_server --listen "unix:$work/socket"
is 'a socket' "$(stat -c '%A' socket)" 'srw-------'
is 'is served under any name' "$(get $root/block --unix-socket socket -H 'Host: whatever')" 200
"$contend" serve --listen "unix:$work/socket" >out 2>err
is 'that is in use stays so' "$? $(get $root/block --unix-socket socket)" '1 200'
kill -KILL "$server" && wait "$server" 2>/dev/null
check 'a killed one leaves it' test -S socket
start_server --listen "unix:$work/socket"
is 'which the next one takes over' "$(get $root/block --unix-socket socket)" 200
stop_server
is 'and removes at the end' "$? $(ls socket 2>&1 | grep -c 'No such')" '0 1'
start_server --listen "unix:$work/socket"
rm socket && echo new >socket
stop_server
is 'but nothing that somebody else put there' "$(cat socket)" new

finish_program
is 'the program has not noticed' $? 0
finish
