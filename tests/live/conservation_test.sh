#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: many threads on few CPUs are noise enough
# What was charged is what was waited, less the hand-off that the profile states: for mutexes, and for reader-writer locks among
# 15 writers, and one writer among 15 readers, of which either are preferred.
. "${ROOT:-$PWD}/tests/live/common.sh"

# conserves WAY UNLOCK MS KIND...: the waits of these kinds, at least so long in all, are charged to that function's stacks.
conserves()
{
	local way=$1 unlock=$2 least_ms=$3 mutex block waited charged handoff kind function

	shift 3
	check "$way: the program ends well" profiled "$way" "$live/conservation" "$way"
	mutex=$(decoded "$way" last mutex)
	block=$(decoded "$way" last block)
	waited=$(sum "$block" delay '' '^kind=(mutex|rwlock-(read|write))(,|$)')
	charged=$(sum "$mutex" delay)
	handoff=$(sed -n 's/^# comment .*hand-off[^0-9]*\([0-9]*\) ns.*/\1/p' "$mutex" | head -n 1)
	at_least "$way: there was much waiting" "$waited" ${least_ms}000000
	for kind in "$@"; do
		at_least "$way: there were waits of kind $kind" "$(sum "$block" count '' "^kind=$kind(,|$)")" 10
	done
	check "$way: the mutex profile states the hand-off" test "$handoff"
	check "$way: nothing was lost" grep -q '^# comment # lost: nothing$' "$mutex"
	near "$way: charged = waited - hand-off" "$charged" $((waited - ${handoff:-0})) 0.01
	at_least "$way: what was charged is no small part of it" "$charged" $((waited / 4))
	for function in short_section sleeping_section nested_sections; do
		at_least "$way: $function is charged" "$(sum "$mutex" count "^$unlock;$function;")" 1
		at_least "$way: $function waited" "$(sum "$block" count "^pthread_[a-z]*_[a-z]*lock;$function;")" 1
	done
}

conserves mutexes pthread_mutex_unlock 1000 mutex
conserves writers pthread_rwlock_unlock 1000 rwlock-write
conserves readers pthread_rwlock_unlock 100 rwlock-write
conserves readers_last pthread_rwlock_unlock 100 rwlock-read rwlock-write
finish
