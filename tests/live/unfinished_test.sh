#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# A wait that has not ended is in every block profile, from inside, from outside, of an interval, at the end and after a death, once, and as
# long as it has lasted; at every rate.
. "${ROOT:-$PWD}/tests/live/common.sh"
CONTEND_REGION_DIR=$(mktemp -d "$regions/contend-unfinished.XXXXXX")
trap 'rm -rf "$work" "$CONTEND_REGION_DIR"' EXIT

# The stack and the labels of each wait that lasts.
waits=('wait_for_lock;' 'kind=mutex' 'wait_for_condition;' 'kind=cond' 'wait_for_socket;' 'kind=recv')

field()
{
	sed -n "s/^# $2 //p" "$1"
}

# NAME OLDER NEWER: each wait is there once, and between the two profiles longer by the time that has passed.
check_waits()
{
	local name=$1 older=$2 newer=$3 i passed

	passed=$(($(field "$newer" duration) - $(field "$older" duration)))
	for ((i = 0; i < ${#waits[@]}; i += 2)); do
		is "$name: ${waits[i]} once" "$(sum "$newer" count "${waits[i]}" "${waits[i + 1]}")" 1
		near "$name: ${waits[i]} as long as it has lasted" \
			$(($(sum "$newer" delay "${waits[i]}") - $(sum "$older" delay "${waits[i]}"))) "$passed" 1
	done
}

# RUN RATE: the program waits, and has done so longer than the rate.
start_waits()
{
	start_profiled "$1" env CONTEND_BLOCK_RATE="$2" "$live/unfinished"
	check "$1: all wait" await says "$work/$1.out" ready
	sleep "${3:-0.1}"
}

for rate in 1 20ms 1s; do
	run=rate-$rate
	start_waits "$run" "$rate" 1.1
	"$contend" dump -o "$work/$run-outside.0" --no-lines "$pid" >"$work/out" 2>"$work/err"
	is "$run: dump says nothing" "$(cat "$work/err")" ''
	first=$(decoded "$run-outside" 0 block)
	near "$run: the lock was waited for nearly from the start" "$(sum "$first" delay 'wait_for_lock;')" "$(field "$first" duration)" 30
	sleep 0.5
	kill -USR2 "$pid"
	check "$run: a dump appears" await has_dump "$run"
	number=$(first_dump "$run")
	second=$(decoded "$run" "$number" block)
	check_waits "$run, inside" "$first" "$second"
	is "$run: the socket has its type" "$(sum "$second" count 'wait_for_socket;' 'fd=socket')" 1
	"$contend" dump -o "$work/$run-interval.0" --no-lines --seconds 0.5 "$pid" >"$work/out" 2>"$work/err"
	interval=$(decoded "$run-interval" 0 block)
	near "$run, interval: as long as it was" "$(sum "$interval" delay 'wait_for_lock;')" "$(field "$interval" duration)" 1
	is "$run, interval: that it began was before" "$(sum "$interval" count 'wait_for_lock;')" 0
	is "$run: nothing is negative" "$(awk -F '\t' '!/^#/ && ($1 < 0 || $2 < 0)' "$interval" | wc -l)" 0
	finish_program
	is "$run: the program ends as it would have" $? 0
	check "$run: its end writes the last dump" has_dump "$run" $((number + 1))
	check_waits "$run, end" "$second" "$(decoded "$run" $((number + 1)) block)"
done

# Killed: what the last look has seen is there again, and what can be told of later.
start_waits killed 1ms
"$contend" dump -o "$work/alive.0" --no-lines "$pid" >"$work/out" 2>"$work/err"
alive=$(decoded alive 0 block)
sleep 0.3
kill -KILL "$pid"
finish_program 2>/dev/null
"$contend" dump -o "$work/dead.0" --no-lines --dead >"$work/out" 2>"$work/err"
dead=$(decoded dead 0 block)
for ((i = 0; i < ${#waits[@]}; i += 2)); do
	is "killed: ${waits[i]} once" "$(sum "$dead" count "${waits[i]}" "${waits[i + 1]}")" 1
	at_least "killed: ${waits[i]} longer than when it lived" \
		$(($(sum "$dead" delay "${waits[i]}") - $(sum "$alive" delay "${waits[i]}"))) 200000000
done
finish
