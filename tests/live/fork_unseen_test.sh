#!/bin/bash
# SPDX-License-Identifier: MIT
# Children that no fork handler saw tell of themselves, and none of its parent: whatever asks for a dump, and however early.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 \
	CONTEND_OUT="$work/fork.%p.%n" sh -c "exec '$live/fork_unseen' >'$work/out' 2>'$work/err'"
is 'nothing is said' "$(cat "$work/err")" ''

dumps()
{
	find "$work" -name "fork.$1.*.block.pb.gz" | wc -l
}

# NAME PID DUMPS FUNCTION WAITS OTHER: so many waits in its function, and none in the other's.
tells_of()
{
	local text

	is "$1 dumps" "$(dumps "$2")" "$3"
	text=$(decoded "fork.$2" last block)
	is "$1 tells its waits" "$(sum "$text" count ";$4;")" "$5"
	is "$1 tells of nobody else" "$(sum "$text" count ";$6;")" 0
}

parent=$(awk '$1 == "parent" { print $2 }' "$work/out")
tells_of 'the parent, at its end,' "$parent" 1 parent_wait 11 child_wait
tells_of 'the child of fork, asked twice and at its end,' "$(awk '$1 == "seen" { print $2 }' "$work/out")" 3 child_wait 5 parent_wait
is 'there are three other children' "$(grep -c '^unseen ' "$work/out")" 3
for child in $(awk '$1 == "unseen" { print $2 }' "$work/out"); do
	tells_of 'such a child, asked when it has waited, and at its end,' "$child" 2 child_wait 5 parent_wait
done
is 'no other process has written' "$(find "$work" -name '*.block.pb.gz' | wc -l)" 10
is 'no region is left' "$(for process in $(awk '{ print $2 }' "$work/out"); do
	find "$CONTEND_REGION_DIR" -type f -name "$process.*"
done)" ''
finish
