#!/bin/bash
# SPDX-License-Identifier: MIT
# A child that nobody has seen being made asks for other settings: it gets them, and its parent keeps its own, in its region too.
. "${ROOT:-$PWD}/tests/live/common.sh"

start_profiled child "$live/interface" child
check 'both are asked' await says "$work/child.out" '^rate '
is 'the child has its settings, the parent its own' "$(paste -sd ' ' "$work/child.out")" \
	'active 1 child_set_fraction 1 child_set_rate 1 child_fraction 99 fraction 1 rate 1'
is 'as others see them' "$("$contend" set "$pid")" "process $pid (interface): fraction 1, block rate 1ns"
finish_program
is 'it ends well' $? 0

profiled none env CONTEND_CHILDREN=0 "$live/interface" child </dev/null
is 'a child that is not to be profiled has no settings' "$(paste -sd ' ' "$work/none.out")" \
	'active 1 child_set_fraction 0 child_set_rate 0 child_fraction 0 fraction 1 rate 1'

slept()
{
	sum "$1" count '^usleep;'
}

# NAME ARGUMENT...: what a dump from outside has, as text.
dumped()
{
	local name=$1

	shift
	"$contend" dump --profile block --no-lines -o - "$@" "$pid" >"$work/$name.pb.gz" && "$BUILD/tests/decode" "$work/$name.pb.gz" >"$work/$name.txt"
}

start_profiled reset "$live/interface" reset
check 'it has slept' await says "$work/reset.out" '^slept 5'
check 'what it did is dumped' dumped all
is 'whole' "$(slept "$work/all.txt")" 5
check 'and in intervals' dumped first --delta
is 'whole as well' "$(slept "$work/first.txt")" 5
echo >&9
check 'it forgets and sleeps' await says "$work/reset.out" '^slept 2'
is 'without a complaint' "$(grep '^reset' "$work/reset.out")" 'reset 0'
check 'what it did since is dumped' dumped all
is 'and nothing else' "$(slept "$work/all.txt")" 2
check 'in intervals, too' dumped second --delta
is 'and again nothing else' "$(slept "$work/second.txt")" 2
check 'its region is consistent' "$contend" check "$pid"
finish_program
is 'it ends well again' $? 0
check 'what was kept for intervals goes with it' "$contend" list
is 'its last profile begins with the reset' "$(slept "$(decoded reset last block)")" 2
finish
