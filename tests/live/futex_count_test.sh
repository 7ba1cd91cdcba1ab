#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# The waits for a mutex that are recorded are those that slept in the kernel, as a tracer counts them: a look at the lock word
# misses what begins between look and lock, and takes for a wait what was free a moment later; both are rare.
. "${ROOT:-$PWD}/tests/live/common.sh"
command -v strace >/dev/null || { echo 'strace is not installed'; exit 77; }

# A call that sleeps may do so several times, woken and too late; then it unlocks with a wake, because it knows of waiters. So
# one call is all that a thread sleeps between two wakes.
slept()
{
	awk -v word="futex($1, " '
		!index($0, word) { next }
		/FUTEX_WAIT/ && !($1 in asleep) { calls++; asleep[$1] }
		/FUTEX_WAKE/ { delete asleep[$1] }
		END { print calls + 0 }' "$2"
}

mapfile -t variables < <(preloaded count)
strace -f -e trace=futex "${variables[@]/#/-E}" -o "$work/trace" "$live/futex_count" >"$work/count.out" 2>"$work/count.err"
is 'the program ends well' $? 0
traced=$(slept "$(cat "$work/count.out")" "$work/trace")
recorded=$(sum "$(decoded count last block)" count '^pthread_mutex_lock;contended_section;' kind=mutex)
echo "# $traced calls slept, $recorded waits were recorded"
at_least 'there were waits' "$traced" 50
near 'as many were recorded as slept' "$recorded" "$traced" 5
finish
