#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# A lock that nobody releases is in the mutex profile all the same, with who holds it, if he waits himself: of a program that hangs, both
# locks and both holders; of one that goes on, each moment of waiting once.
. "${ROOT:-$PWD}/tests/live/common.sh"
CONTEND_REGION_DIR=$(mktemp -d "$regions/contend-held.XXXXXX")
trap 'rm -rf "$work" "$CONTEND_REGION_DIR"' EXIT

field()
{
	sed -n "s/^# $2 //p" "$1"
}

# RUN NAME: as `contend dump` sees it, in $mutex and $block.
dump()
{
	"$contend" dump -o "$work/$1-$2.0" --no-lines "$pid" >"$work/out" 2>"$work/err"
	is "$1, $2: dump says nothing" "$(cat "$work/err")" ''
	mutex=$(decoded "$1-$2" 0 mutex)
	block=$(decoded "$1-$2" 0 block)
}

# Who holds which lock, and how many wait for it.
holders=('^.still held.;pthread_mutex_lock;take_two;pay;' 'lock=accounts' 2 '^.still held.;pthread_mutex_lock;take_two;refund;' 'lock=ledger' 1)

# NAME OLDER NEWER: the charge is taken some time before the profile is written.
check_deadlock()
{
	local name=$1 older=$2 newer=$3 i passed grown=()

	passed=$(($(field "$newer" duration) - $(field "$older" duration)))
	for ((i = 0; i < ${#holders[@]}; i += 3)); do
		is "$name: ${holders[i + 1]}, once" "$(sum "$newer" count "${holders[i]}" "${holders[i + 1]}")" 1
		grown+=($((($(sum "$newer" delay "${holders[i]}") - $(sum "$older" delay "${holders[i]}")) / holders[i + 2])))
		near "$name: ${holders[i + 1]}, all that ${holders[i + 2]} waited since" "${grown[-1]}" $passed 40
	done
	near "$name: both to the same moment" "${grown[0]}" "${grown[1]}" 1
	is "$name: nobody else" "$(awk -F '\t' '!/^#/' "$newer" | wc -l)" 2
}

for rate in 1 1ms 1s 0; do
	run=deadlock-$rate
	start_profiled "$run" env CONTEND_BLOCK_RATE="$rate" "$live/held" deadlock
	check "$run: all wait" await says "$work/$run.out" ready
	dump "$run" first
	first=$mutex
	for ((i = 0; i < ${#holders[@]}; i += 3)); do
		near "$run: ${holders[i + 1]}, from the start" "$(sum "$first" delay "${holders[i]}")" \
			$(($(field "$first" duration) * holders[i + 2])) 70
	done
	sleep 0.5
	dump "$run" second
	check_deadlock "$run, outside" "$first" "$mutex"
	kill -USR2 "$pid"
	check "$run: a dump appears" await has_dump "$run"
	number=$(first_dump "$run")
	inside=$(decoded "$run" "$number" mutex)
	check_deadlock "$run, inside" "$first" "$inside"
	finish_program
	is "$run: the program ends as it would have" $? 0
	check "$run: its end writes the last dump" has_dump "$run" $((number + 1))
	check_deadlock "$run, end" "$first" "$(decoded "$run" $((number + 1)) mutex)"
done

# What the holder was charged with is not charged to the release; together it is all.
start_profiled slow "$live/held" slow
check 'slow: all wait' await says "$work/slow.out" ready
for turn in 1 2 3; do
	sleep 0.1
	dump slow $turn
	is "slow, $turn: the holder, where he waits" \
		"$(sum "$mutex" count '^.still held.;read;(wait_for_input;)?hold_and_wait;' lock=accounts)" 1
done
finish_program
is 'slow: the program ends as it would have' $? 0
check 'slow: its end writes a dump' await has_dump slow
block=$(decoded slow last block)
mutex=$(decoded slow last mutex)
handoff=$(sed -n 's/.*# hand-off: \([0-9]*\) ns.*/\1/p' "$mutex")
held=$(sum "$mutex" delay '^.still held.')
near 'slow: together all that was waited' $(($(sum "$mutex" delay) + handoff)) "$(sum "$block" delay '' kind=mutex)" 0.01
at_least 'slow: most of it while the lock was held' "$held" 900000000
at_least 'slow: the rest when it was released' "$(sum "$mutex" delay '^pthread_mutex_unlock;hold_and_wait;')" 1

# A holder that runs is charged when it releases; until then it is said what is missing.
start_profiled busy "$live/held" busy
check 'busy: all wait' await says "$work/busy.out" ready
sleep 0.2
dump busy now
is 'busy: nobody is charged' "$(awk -F '\t' '!/^#/' "$mutex" | wc -l)" 0
at_least 'busy: which is said' "$(sed -n 's/.*# not yet charged: \([0-9]*\) ns.*/\1/p' "$mutex")" 600000000
near 'busy: it is what the block profile has' "$(sed -n 's/.*# not yet charged: \([0-9]*\) ns.*/\1/p' "$mutex")" \
	"$(sum "$block" delay '' kind=mutex)" 0.01
finish_program
is 'busy: the program ends as it would have' $? 0
is 'busy: then nothing is missing' "$(grep -c 'not yet charged' "$(decoded busy last mutex)")" 0
finish
