#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# What recording costs a program that contends more than 100,000 times a second, as it measures itself: more than a bound of one
# percent without one, and less with it, although all was to be recorded; and the profiles tell how.
. "${ROOT:-$PWD}/tests/live/common.sh"
bound_ppm=10000

# FILE PATTERN: the number that a comment has in place of N.
comment()
{
	sed -nE "s/^# comment # ${2/N/([0-9]+)}.*/\1/p" "$1"
}

# RUN [VARIABLE=VALUE...]: sets $used, the program's CPU time; $own and $own_ppm, ours; and $mutex, the profile as text.
measure()
{
	local run=$1

	shift
	check "$run: the program ends well" profiled "$run" env "$@" "$live/overhead" 5
	mutex=$(decoded "$run" last mutex)
	used=$(cat "$work/$run.out")
	own=$(comment "$mutex" 'overhead: N ns in')
	own_ppm=$((own * 1000 / (used / 1000)))
}

measure free
contentions=$(sum "$mutex" count '^pthread_mutex_unlock;critical_section;')
at_least '100,000 contentions to a second of CPU time' $((contentions * 10000 / (used / 100000))) 100000
at_least 'without a bound it costs more than one percent' "$own_ppm" "$bound_ppm"
is 'no bound is told' "$(comment "$mutex" 'overhead bound: N')" ''

measure bounded CONTEND_MAX_OVERHEAD=1%
at_least 'with it, it is measured' "$own" 100000
at_least "it costs no more than one percent: $own_ppm ppm" $((bound_ppm - own_ppm)) 0
is 'the bound is told' "$(comment "$mutex" 'overhead bound: N\.00 %')" 1
at_least 'sampling was made coarser' "$(comment "$mutex" 'overhead bound: [0-9.]+ %; to keep it, sampling was changed N times')" 2
at_least 'each change is told' "$(grep -c '^# comment # overhead from [0-9]* ms on: mutex fraction ' "$mutex")" 2
at_least 'the fraction that holds is the last one' "$(comment "$mutex" 'mutex fraction N, block rate')" 2
at_least 'the critical sections are charged' "$(sum "$mutex" delay '^pthread_mutex_unlock;critical_section;')" 100000000
at_least 'and were waited for' "$(sum "$(decoded bounded last block)" delay '^pthread_mutex_lock;critical_section;')" 100000000
check 'nothing was lost' grep -q '^# comment # lost: nothing$' "$mutex"
finish
