#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# A thread that is cancelled in a wait is recorded on, in its cleanup handlers too. The wait that the cancellation ended is an event
# like others where it was for a lock, a condition, a semaphore or a thread; of the calls that only wait it is counted as lost.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled cancelled "$live/cancelled"
is 'nothing is said' "$(cat "$work/cancelled.err")" ''
block=$(decoded cancelled last block)
mutex=$(decoded cancelled last mutex)
for wait in pthread_cond_wait:cond sem_wait:semaphore pthread_join:join; do
	function=${wait%:*} victim=cancelled_in_${wait#*:}
	is "$victim: its two waits are there" "$(sum "$block" count "^$function;$victim;")" 2
	at_least 'and as long as they were' "$(sum "$block" delay "^$function;$victim;")" 60000000
done
for function in read sleep; do
	is "cancelled_in_$function: its waits are not there" "$(sum "$block" count "^$function;cancelled_in_$function;")" 0
done
is 'they are counted' "$(sed -n 's/^# comment # lost: //p' "$block")" '4 waits that were left by a cancellation or a jump'
is 'every handler waited' "$(sum "$block" count '^pthread_mutex_lock;wait_in_handler;')" 10
at_least 'as long as it did' "$(sum "$block" delay '^pthread_mutex_lock;wait_in_handler;')" 300000000
is 'and who made it wait is charged' "$(sum "$mutex" count '^pthread_mutex_unlock;cancel;')" 10
finish
