#!/bin/bash
# SPDX-License-Identifier: MIT
# Waits and releases by libc's second names for its functions are seen and named like the others.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled aliases "$live/aliases"
block=$(decoded aliases last block)
mutex=$(decoded aliases last mutex)

# waits KIND FUNCTION WAITER: once, 30 ms at least.
waits()
{
	is "$3 waited once" "$(sum "$block" count "^(__)?$2;$3;" "^kind=$1(,|$)")" 1
	at_least "$3 waited as long as the lock was held" "$(sum "$block" delay "^(__)?$2;$3;" "^kind=$1(,|$)")" 30000000
}

waits mutex pthread_mutex_lock wait_mutex
waits rwlock-read pthread_rwlock_rdlock wait_read
waits rwlock-write pthread_rwlock_wrlock wait_write
waits once pthread_once wait_once
is 'the unlock of the mutex is charged once' "$(sum "$mutex" count '^(__)?pthread_mutex_unlock;hold_mutex;')" 1
at_least 'with the wait' "$(sum "$mutex" delay '^(__)?pthread_mutex_unlock;hold_mutex;')" 30000000
is 'the unlocks of the rwlock are, too' "$(sum "$mutex" count '^(__)?pthread_rwlock_unlock;hold_rwlock;')" 2
at_least 'with both waits' "$(sum "$mutex" delay '^(__)?pthread_rwlock_unlock;hold_rwlock;')" 60000000
finish
