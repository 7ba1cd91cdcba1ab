#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# Python: one program (python.py) with threads, processes and event loops, that prints what came of it.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs python3

compute()
{
	start python3 -B "$ROOT/tests/live/programs/python.py"
	is_ended 5
	cp "$here/out" "$here/answers"
	is "$way: it complains of nothing" "$(cat "$here/err")" ''
	profiled_well 'python3*' 5
	shows_kind semaphore 'sem_(timed|clock)?wait;PyThread_acquire_lock_timed' 100
	shows_kind cond 'take_gil|pthread_cond_(timed|clock)?wait;python3' 10
	shows_kind child '' 5
	shows_kind epoll 'epoll_wait;' 5
	shows_kind recv '' 5
	shows_kind read '' 5
}

every_way compute
finish
