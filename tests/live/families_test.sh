#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: waits are compared with the program's own clock
# Every function that waits, at three levels of optimization and with two compilers: stacks, kinds, counts and delays.
. "${ROOT:-$PWD}/tests/live/families.sh"

check_families O0 families.c gcc -std=gnu17 -O0
check_families O2 families.c gcc -std=gnu17 -O2
check_families lto families.c gcc -std=gnu17 -O2 -flto
check_families clang families.c clang -std=gnu17 -O2

# A family that is missing would not be noticed above.
waiting()
{
	sed -n 's/^FUNCTION([^,]*, \([a-z][a-z0-9_]*\),.*/\1/p' "$ROOT/interpose/functions.def" |
		grep -E '(lock|wait|join|once|sleep)(_np)?$' | grep -vE 'try|unlock'
}
is 'every function that waits was waited in' "$(cut -f 4 "$work/O2.out" | sort -u)" "$(waiting | sort -u)"
# Kinds that come by syscall() have tests of their own.
is 'waits of every kind were there' "$(cut -f 3 "$work/O2.out" | sort -u)" \
	"$(grep -vwFf <(grep -o 'WAIT_[A-Z_]*' "$ROOT/interpose/waits.def" | grep -vE 'SEMAPHORE|SLEEP') "$ROOT/sampling/wait_kinds.def" |
		sed -n 's/^WAIT_KIND([^"]*"\([^"]*\)".*/\1/p' | grep -vxE 'futex|io_uring' | sort -u)"

check 'a program with spin locks ends well by default, too' profiled spin "$live/families" spin
at_least 'it waited' "$(cut -f 7 "$work/spin.out")" 100000000
is 'without CONTEND_SPIN that is not in the block profile' "$(sum "$(decoded spin last block)" count '^pthread_spin')" 0
is 'nor in the mutex profile' "$(sum "$(decoded spin last mutex)" count '^pthread_spin')" 0
finish
