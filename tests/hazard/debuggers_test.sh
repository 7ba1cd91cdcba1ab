#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# leaves: a debugger may kill what it started
# Goal: gdb and strace work on a program with us: breakpoints in our functions, backtraces through them, steps over a
# wait that a cancellation ends.
. "$ROOT/tests/hazard/common.sh"
program=$hazard/program_defines_lock

if command -v gdb >/dev/null; then
	gdb -q -batch -ex 'set breakpoint pending on' -ex "set environment LD_PRELOAD=$LIBCONTEND" -ex 'break pthread_mutex_trylock' \
		-ex run -ex bt -ex delete -ex continue "$hazard/startup_preinit" >"$said" 2>&1 </dev/null
	at_least 'gdb stops in our function' "$(grep -c 'libcontend\.so\|interpose/' "$said")" 1
	at_least 'and sees its caller' "$(grep -c '^#1 .*lock_once' "$said")" 1
	at_least 'the program ends well' "$(grep -c 'exited normally' "$said")" 1

	# From each instruction of the assembler, on the way to the futex and back, it finds the caller.
	cat >"$TMPDIR/steps" <<'END'
break main
run
set $ours = (long) ((void *(*)(void *, const char *)) dlsym)(0, "syscall")
break *$ours if (int) $rdi == 202
continue
while $pc >= $ours && $pc < $ours + $size
	echo a step\n
	backtrace 2
	stepi
end
delete
finish
echo a step\n
backtrace 2
stepi
echo a step\n
backtrace 2
continue
END
	size=$(nm -DS "$LIBCONTEND" | awk '$4 == "syscall" { print "0x" $2 }')
	gdb -q -batch -ex "set environment LD_PRELOAD=$LIBCONTEND" -ex "set \$size = $size" -x "$TMPDIR/steps" "$hazard/syscall_ways" >"$said" 2>&1 </dev/null
	at_least 'gdb steps through the assembler' "$(grep -c '^a step' "$said")" 18
	is 'and sees its caller from every instruction' "$(grep -c '^#1 .* in too_many_arguments ' "$said")" "$(grep -c '^a step' "$said")"
	gdb -q -batch -ex 'set breakpoint pending on' -ex "set environment LD_PRELOAD=$LIBCONTEND" \
		-ex 'set environment CONTEND_BLOCK_RATE=1' -ex 'break interpose/cond.c:pthread_cond_wait' -ex run -ex bt \
		-ex next -ex next -ex next -ex next -ex delete -ex continue "$hazard/cancel_wait" >"$said" 2>&1 </dev/null
	at_least 'gdb stops in a wait that is cancelled later' "$(grep -c '^#1 .*victim_main' "$said")" 1
	at_least 'steps into it' "$(grep -c 'return COND_WAIT' "$said")" 1
	at_least 'and over its cancellation: the program ends well' "$(grep -c 'exited normally' "$said")" 1
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
