#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: waits are compared with the program's own clock
# Waits for condition variables: counts and delays under kind=cond; and the release of the mutex in them is charged.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled cond "$live/cond"
mutex=$(decoded cond last mutex)
block=$(decoded cond last block)

waited()
{
	local rounds waited

	read -r _ rounds waited < <(grep "^$2 " "$work/cond.out")
	is "$2 waited $rounds times" "$(sum "$block" count "^$1;$2;" "^kind=$3$")" "$rounds"
	near "$2 waited as long as it says" "$(sum "$block" delay "^$1;$2;" "^kind=$3$")" "$waited" 3
}

waited pthread_cond_wait wait_plainly cond
waited pthread_cond_timedwait wait_timed cond
waited pthread_cond_clockwait wait_by_clock cond
waited pthread_cond_timedwait wait_in_vain cond
waited pthread_mutex_lock wait_for_release mutex
read -r _ _ held < <(grep '^wait_for_release ' "$work/cond.out")
near 'the release in a wait is charged with what others waited' \
	"$(sum "$mutex" delay '^pthread_cond_timedwait;release_by_waiting;')" "$held" 5
is 'the unlock after that wait is not' "$(sum "$mutex" count '^pthread_mutex_unlock;release_by_waiting;')" 0
finish
