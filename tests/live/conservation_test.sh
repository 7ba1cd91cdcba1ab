#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: 8 threads on few CPUs are noise enough
# What was charged is what was waited, less the hand-off that the profile states.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled conservation "$live/conservation"
mutex=$(decoded conservation last mutex)
block=$(decoded conservation last block)
waited=$(sum "$block" delay '' '^kind=mutex$')
charged=$(sum "$mutex" delay)
handoff=$(sed -n 's/^# comment .*hand-off[^0-9]*\([0-9]*\) ns.*/\1/p' "$mutex" | head -n 1)
at_least 'there was much waiting' "$waited" 1000000000
check 'the mutex profile states the hand-off' test "$handoff"
near 'charged = waited - hand-off' "$charged" $((waited - ${handoff:-0})) 2
for function in short_section sleeping_section nested_sections; do
	at_least "$function is charged" "$(sum "$mutex" count "^pthread_mutex_unlock;$function;")" 1
	at_least "$function waited" "$(sum "$block" count "^pthread_mutex_lock;$function;")" 1
done
finish
