#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: waits are compared with the program's own clock
# Every call that only waits: stacks, kinds, descriptors, counts and delays.
. "${ROOT:-$PWD}/tests/live/families.sh"

check_families waits_O2 waits.c gcc -std=gnu17 -O2
check_families waits_clang waits.c clang -std=gnu17 -O0

# A function that is missing would not be noticed above.
is 'every function that only waits was called' \
	"$(sed -n 's/^\(WAITS\|WAITS_ALONE\|CALLS\)([^,]*, \([a-z0-9_]*\),.*/\2/p' "$ROOT/tests/live/waits.def" | sort -u)" \
	"$(sed -n 's/^WAITING([^,]*, \([a-z0-9_]*\),.*/\1/p' "$ROOT/interpose/waits.def" | sort -u)"
is 'waits of every kind were there' "$(cut -f 3 "$work/waits_O2.out" | cut -d , -f 1 | sort -u)" \
	"$(grep -wFf <(grep -o 'WAIT_[A-Z_]*' "$ROOT/interpose/waits.def") "$ROOT/sampling/wait_kinds.def" |
		sed -n 's/^WAIT_KIND([^"]*"\([^"]*\)".*/\1/p' | sort -u)"
finish
