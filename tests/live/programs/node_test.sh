#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# node: one program (node.js) with workers, a thread pool, a server with its clients, and children, that prints what came of it.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs node
compiles_itself
# A child's end is a signal, whose handler takes a lock made of a pipe: three calls, whatever it interrupts.
may_lose="($may_lose|[36] waits in signal handlers that interrupted the profiler)"

compute()
{
	start node "$ROOT/tests/live/programs/node.js" "$here"
	is_ended 6
	cp "$here/out" "$here/answers"
	is "$way: it complains of nothing" "$(cat "$here/err")" ''
	profiled_well node 1
	shows_kind epoll 'epoll_p?wait;.*uv_run' 20
	shows_kind cond 'pthread_cond_wait;uv_cond_wait' 50
	shows_kind read 'uv_spawn' 1
	shows_kind read 'uv_spawn;.*;[[]truncated]$' 1 # called by compiled code
}

every_way compute
finish
