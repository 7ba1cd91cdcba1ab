#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# leaves: a debugger may kill what it started
# Goal: gdb and strace work on a program with us: breakpoints in our functions, backtraces through them, following forks.
. "$ROOT/tests/hazard/common.sh"
program=$hazard/program_defines_lock

if command -v gdb >/dev/null; then
	gdb -q -batch -ex 'set breakpoint pending on' -ex "set environment LD_PRELOAD=$LIBCONTEND" -ex 'break pthread_mutex_trylock' \
		-ex run -ex bt -ex delete -ex continue "$hazard/startup_preinit" >"$said" 2>&1 </dev/null
	at_least 'gdb stops in our function' "$(grep -c 'libcontend\.so\|interpose/' "$said")" 1
	at_least 'and sees its caller' "$(grep -c '^#1 .*lock_once' "$said")" 1
	at_least 'the program ends well' "$(grep -c 'exited normally' "$said")" 1
else
	skip gdb 'not installed'
fi
if command -v strace >/dev/null; then
	bare=$(strace -f -o "$TMPDIR/bare" "$program")
	preloaded=$(strace -f -E LD_PRELOAD="$LIBCONTEND" -E CONTEND_FRACTION=1 -E CONTEND_BLOCK_RATE=1 -o "$TMPDIR/preloaded" "$program" 2>"$said")
	is 'strace: the program ends well' $? 0
	is 'and prints the same' "$preloaded" "$bare"
	none 'no timer and no signal of ours' "$(grep -E 'setitimer|timer_create|tgkill|--- SIG' "$TMPDIR/preloaded")"
else
	skip strace 'not installed'
fi
finish
