#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# What libc waits for itself is seen, or is known not to be: one row of libc_calls.def each.
. "${ROOT:-$PWD}/tests/live/common.sh"

cd "$work" || exit 1
check 'the program ends well' profiled calls "$live/libc_calls"
is 'nothing is said' "$(cat calls.err)" ''
is 'every call was made' "$(wc -l <calls.out)" "$(grep -c '^CALL(' "$ROOT/tests/live/libc_calls.def")"
block=$(decoded calls last block)
while read -r name seen_as ns; do
	at_least "$name waits" "$ns" 20000000
	if [ "$seen_as" = NOTHING ]; then
		is "$name: nobody sees it" "$(sum "$block" delay ";$name;")" 0
	else
		at_least "$name: it is seen as $seen_as" "$(sum "$block" delay "^$seen_as;$name;")" 20000000
		near "$name: nothing else is seen" "$(sum "$block" delay ";$name;")" "$(sum "$block" delay "^$seen_as;$name;")" 0
	fi
done <calls.out
finish
