#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# A process may be killed between any two instructions of the library: its region is consistent there. (tests/stress/kills_test.sh kills at
# random moments, and would meet a window of one instruction once in weeks.)
. "${ROOT:-$PWD}/tests/live/common.sh"

# Addresses in the library with the names of their functions and lines.
name_places()
{
	local line place

	while IFS= read -r line; do
		place=$(sed -n 's/.*libcontend\.so+\(0x[0-9a-f]*\).*/\1/p' <<<"$line")
		echo "$line${place:+ $(addr2line -fipe "$LIBCONTEND" "$place" | tr -s "\n " " ")}"
	done
}

if [ "$(uname -m)" != x86_64 ]; then
	echo 'instructions are stepped through on x86-64 only'
	exit 77
fi
# A small region: all of it is looked at after each step.
env CONTEND_MEMORY=2m CONTEND_EXIT=0 CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1 \
	CONTEND_HOLD_RATE=1 CONTEND_PAIRS=1 CONTEND_HISTOGRAM=1 "$live/every_instruction" "$LIBCONTEND" >"$work/out" 2>"$work/err"
status=$?
if [ $status = 77 ]; then
	cat "$work/out"
	exit 77
fi
name_places <"$work/out"
cat "$work/err" >&2
exit $status
