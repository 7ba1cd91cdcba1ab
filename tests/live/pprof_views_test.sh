#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Every view of `go tool pprof` works on the files alone: no binary is given, nothing is complained about.
. "${ROOT:-$PWD}/tests/live/common.sh"

cp "$live/contend_until" "$work"
start_profiled views "$work/contend_until" 4
check 'the program is ready' await says "$work/views.out" ready
kill -USR2 $pid
check 'a first dump is made' await has_dump views
finish_program
first=$(first_dump views)
last=$(last_dump views)
at_least 'there are two dumps' "$last" $((first + 1))
rm "$work/contend_until"
mkdir "$work/home"

# NAME PATTERN ARGUMENT...: the view shows the pattern, and standard error stays empty.
view()
{
	local name=$1 pattern=$2

	shift 2
	HOME=$work/home pprof "$@" >"$work/view" 2>"$work/view.err"
	is "$name: succeeds" $? 0
	check "$name: shows $pattern" grep -qE -- "$pattern" "$work/view"
	is "$name: no warning" "$(cat "$work/view.err")" ''
}

for profile in mutex block; do
	[ $profile = mutex ] && leaf=pthread_mutex_unlock || leaf=pthread_mutex_lock
	old=$work/views.$first.$profile.pb.gz
	new=$work/views.$last.$profile.pb.gz
	view "$profile -top" "s .*$leaf\$" -top "$new"
	view "$profile -top, header" '^Type: delay$' -top "$new"
	view "$profile -top, duration" '^Duration: ' -top "$new"
	view "$profile -top, file" '^File: contend_until$' -top "$new"
	view "$profile -top -cum" 'critical_section$' -top -cum "$new"
	view "$profile -traces" ' critical_section$' -traces "$new"
	view "$profile -tree" "$leaf\$" -tree "$new"
	view "$profile -peek" critical_section -peek critical_section "$new"
	view "$profile -sample_index=contentions" '^Type: contentions$' -top -sample_index=contentions "$new"
	view "$profile -base" 'critical_section$' -top -base "$old" "$new"
	view "$profile -diff_base" 'critical_section$' -top -diff_base "$old" "$new"
	view "$profile merged" 'critical_section$' -top "$old" "$new"
	view "$profile -raw" 'PeriodType: contentions count' -raw "$new"
	view "$profile -comments" . -comments "$new"
	check "$profile -proto" pprof -proto -output "$work/again.pb.gz" "$new"
	view "$profile -proto, read again" critical_section -top "$work/again.pb.gz"
done
view 'block -traces, label' 'kind: *mutex' -traces "$new"
view 'block -tags' 'mutex' -tags "$new"
view 'block -tagfocus' critical_section -top -tagfocus=kind=mutex "$new"
view 'block -tagignore' 'pthread_join$' -top -tagignore=kind=mutex "$new"
view 'block -tagroot' '^ .* mutex$' -top -tagroot=kind "$new"

# One request to the server, by the shell alone.
fetch()
{
	exec 8<>"/dev/tcp/127.0.0.1/$port" || return
	printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n\r\n' "$1" "$port" >&8
	cat <&8
	exec 8>&-
}

is_listening()
{
	(exec 8<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}

port=$((20000 + $$ % 20000))
HOME=$work/home go tool pprof -no_browser -http="127.0.0.1:$port" "$work/views.$last.mutex.pb.gz" >"$work/http.out" 2>&1 &
server=$!
if await is_listening; then
	check '-http: the table shows the critical section' grep -q critical_section <(fetch /ui/top)
	check '-http: the flame graph shows it' grep -q critical_section <(fetch /ui/flamegraph)
	check '-http: -peek shows it' grep -q critical_section <(fetch '/ui/peek?f=critical_section')
else
	result 'not ok' '-http serves' "$(cat "$work/http.out")"
fi
is '-http: no warning' "$(grep -v '^Serving web UI on ' "$work/http.out")" ''
# `go tool` runs pprof as a child.
pkill -P $server
kill $server 2>/dev/null
wait $server 2>/dev/null
finish
