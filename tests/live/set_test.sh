#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# `contend set` changes what a process records from then on, whether it has many threads or one; and says so where it could not.
. "${ROOT:-$PWD}/tests/live/common.sh"

# NAME STATUS ARGUMENT...: what it says is in `said`.
set_knobs()
{
	local name=$1 expected=$2

	shift 2
	timeout -s KILL 20 "$contend" set "$@" >"$work/said" 2>&1
	is "$name" "$?" "$expected"
}

said()
{
	is "$1" "$(cat "$work/said")" "$2"
}

shows()
{
	"$contend" set "$pid" 2>&1 | grep -qF "fraction $1, block rate $2"
}

has_waited()
{
	[ "$(grep -c waited "$work/$1.out")" -ge $waited ]
}

# Lets the program wait once more.
waited=0
wait_once()
{
	waited=$((waited + 1))
	echo -n x >&9
	check "$1: it has waited $waited times" await has_waited "$1"
}

# RUN NAME=VALUE... MODE: starts the program.
start_settings()
{
	local run=$1

	waited=0
	shift
	start_profiled "$run" env "$@"
	check "$run: it runs" await says "$work/$run.out" ready
	label="process $pid (settings)"
}

files()
{
	find "$work" -name "$1.*.pb.gz" | wc -l
}

start_settings many "$live/settings" threads
wait_once many
set_knobs 'settings are shown' 0 "$pid"
said 'as they are' "$label: fraction 1, block rate 1ns"
set_knobs 'and set, both' 0 --fraction 7 --block-rate 10s "$pid"
said 'as was wished' "$label: fraction 7 (was 1), block rate 10s (was 1ns)"
check 'which others see' shows 7 10s
set_knobs 'one stays when the other is set' 0 "$pid" --block-rate 0
said 'off' "$label: fraction 7, block rate 0 (was 10s)"
wait_once many
set_knobs 'on again' 0 --block-rate 1 "$pid"
wait_once many
for number in 1 2 3 4 5 6; do
	"$contend" set --fraction $((10 + number)) "$pid" >"$work/said.$number" 2>&1 &
	askers[number]=$!
done
for number in 1 2 3 4 5 6; do
	wait "${askers[number]}" || failures=x
done
is 'six askers at a time are served' "${failures:-}" ''
is 'without signals or stops: no wait was cut short' "$(grep -c waited "$work/many.out")" 3
finish_program
is 'it ends well' $? 0
block=$(decoded many last block)
is 'what waited while the rate was 0 is not in the profile, all else is' "$(sum "$block" count '^poll;')" 2
check 'and the comments say what holds at the end' grep -q '^# comment .*mutex fraction 1[1-6], block rate 1 ns' "$block"

start_settings one "$live/settings" single
set_knobs 'a process with one thread answers when it waits' 0 --fraction 3 "$pid"
said 'too' "$label: fraction 3 (was 1), block rate 1ns"
kill -STOP "$pid"
set_knobs 'one that is stopped does not' 1 --block-rate 2us "$pid"
said 'and that is said' "contend: $label has one thread, and is not waiting: it will take this when a wait of it ends; or try --signal"
kill -CONT "$pid"
check 'it does when it goes on' await shows 3 2us
set_knobs 'all can be turned off' 0 --fraction 0 --block-rate 0 "$pid"
set_knobs 'but then it looks no more' 1 --fraction 1 --block-rate 1 "$pid"
said 'and that is said, too' "contend: $label has one thread, which looks at nothing while both are off: try --signal"
before=$(files one)
set_knobs 'its dump signal makes it look' 0 --fraction 1 --block-rate 1 --signal "$pid"
check 'all is on again' shows 1 1ns
is 'and no profile was written' "$(files one)" "$before"
wait_once one
finish_program
is 'it goes on, and ends well' $? 0
is 'what it waited then is in the profile' "$(sum "$(decoded one last block)" count '^poll;')" 1

start_settings deaf CONTEND_SIGNAL=none CONTEND_FRACTION=0 CONTEND_BLOCK_RATE=0 "$live/settings" single
set_knobs 'a process without a dump signal gets none' 1 --fraction 1 --signal "$pid"
said 'and lives' "contend: $label handles no dump signal"
kill -KILL "$pid"
finish_program 2>/dev/null
set_knobs 'a dead one cannot be asked' 1 --fraction 1 "$pid"
said 'and that is said as well' "contend: $label is dead: nothing more will be recorded"
find "$CONTEND_REGION_DIR" -type f -name "$pid.*" -delete

set_knobs 'nor one that is not profiled' 1 --fraction 1 $$
for wrong in '' "--fraction -1 $$" "--fraction 1x $$" "--block-rate 2d $$" "--fraction 99999999999 $$" "--fraction $$" "$$ $$" '0' 'x'; do
	# shellcheck disable=SC2086
	set_knobs "'$wrong' is wrong" 2 $wrong
done
finish
