#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# Rust: one program (waits.rs) with std::sync, channels, sockets and processes, that prints what came of it.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs rustc

compute()
{
	start "$work/waits"
	is_ended 8
	cp "$here/out" "$here/answers"
	is "$way: it complains of nothing" "$(cat "$here/err")" ''
	profiled_well waits 1
	shows_kind join 'std::sys::unix::thread::Thread::join|Thread.*join' 2
	shows_kind sleep 'hold_the_mutex' 10
	shows_kind accept '' 8
	shows_kind recv '' 8
	shows_kind futex 'Mutex.*lock_contended.*hold_the_mutex' 10
	shows_kind futex 'mpsc' 1
	shows_holder '^syscall;.*hold_the_mutex' 10
}

check 'it is compiled' rustc --edition 2021 -O -g -o "$work/waits" "$ROOT/tests/live/programs/waits.rs"
every_way compute
finish
