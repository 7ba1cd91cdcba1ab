#!/bin/bash
# SPDX-License-Identifier: MIT
# The profile `wake` names who ended each wait, and only when it is asked for; a semaphore that is used as a lock is charged
# like one when that is asked for. 5 rounds, 3 waiters, 20 ms (wakers.c).
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'without options the program ends well' profiled plain "$live/wakers"
is 'there are two profiles' "$(find "$work" -name 'plain.*.pb.gz' | wc -l)" 2
mutex=$(decoded plain last mutex)
is 'no post is charged' "$(sum "$mutex" count '^sem_post;')" 0

export CONTEND_WAKERS=1 CONTEND_SEM_AS_LOCK=1
check 'with them it ends well, too' profiled named "$live/wakers"
wake=$(decoded named last wake)
block=$(decoded named last block)
mutex=$(decoded named last mutex)
is 'six waits ended by a broadcast' "$(sum "$wake" count '^pthread_cond_broadcast;permit_all;' kind=cond)" 6
is 'nine by signals' "$(sum "$wake" count '^pthread_cond_signal;permit_one;' kind=cond)" 9
is 'fifteen by posts' "$(sum "$wake" count '^sem_post;produce;' kind=semaphore)" 15
is 'fifteen by the last to arrive' "$(sum "$wake" count '^pthread_barrier_wait;arrive_last;' kind=barrier)" 15
is 'the last to arrive did not wait' "$(sum "$block" count ';arrive_last;')" 0
is 'a time-out was ended by nobody' "$(($(sum "$block" count ';time_out;' kind=cond)))" 1
for kind in cond semaphore barrier; do
	stacks=';(wait_for_permit|consume|arrive|want_semaphore);'
	near "all $kind waits that somebody ended, to their whole length" \
		"$(sum "$wake" delay ';(permit_one|permit_all|produce|arrive_last|hold_semaphore);' kind=$kind)" \
		"$(sum "$block" delay "$stacks" kind=$kind)" 0.001
done
is 'a semaphore used as a lock is charged to the poster' "$(sum "$mutex" count '^sem_post;hold_semaphore;')" 5
near 'with what was waited for it' "$(sum "$mutex" delay '^sem_post;hold_semaphore;')" \
	"$(sum "$block" delay '^sem_wait;want_semaphore;')" 5
is 'one used as a counter is not' "$(sum "$mutex" count '^sem_post;produce;')" 0
check 'pprof reads the third profile' pprof -top "$work/named.$(last_dump named).wake.pb.gz"
finish
