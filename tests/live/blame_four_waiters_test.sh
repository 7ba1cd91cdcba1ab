#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: what is charged is compared with a schedule
# Every critical section is charged with exactly the waiting that happened during it (the scenario of golang/go#73760).
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled blame "$live/blame_four_waiters"
unit=$(cat "$work/blame.out")
mutex=$(decoded blame last mutex)
block=$(decoded blame last block)

charged()
{
	near "hold_$1 is charged $2 units" "$(sum "$mutex" delay "^pthread_mutex_unlock;hold_$1;body;")" $((unit * $2)) 6
	is "hold_$1 is charged once" "$(sum "$mutex" count "^pthread_mutex_unlock;hold_$1;body;")" 1
}

waited()
{
	near "hold_$1 waited $2 units" "$(sum "$block" delay "^pthread_mutex_lock;hold_$1;body;" kind=mutex)" $((unit * $2)) 6
}

charged 1 4
charged 5 15
charged 2 4
charged 3 3
is 'hold_4, that nobody waited for, is charged nothing' "$(sum "$mutex" count hold_4)" 0
waited 5 1
waited 2 6
waited 3 8
waited 4 11
is 'hold_1 did not wait' "$(sum "$block" count '^pthread_mutex_lock;hold_1')" 0
near 'all that was charged was waited' "$(sum "$mutex" delay)" "$(sum "$block" delay '' kind=mutex)" 1
finish
