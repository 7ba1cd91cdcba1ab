#!/bin/bash
# SPDX-License-Identifier: MIT
# Every process tells of itself alone: children do not repeat what their parents did before the fork.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 \
	CONTEND_OUT="$work/fork.%p.%n" sh -c "exec '$live/fork' >'$work/out'"

one_dump()
{
	find "$work" -name "fork.$1.*.$2.pb.gz" | wc -l
}

# NAME PID ROUNDS: what that process recorded, and nothing but it.
tells_of()
{
	local run=fork.$2 profile text

	for profile in mutex block; do
		is "$1 dumps once ($profile)" "$(one_dump "$2" $profile)" 1
		text=$(decoded "$run" last $profile)
		is "$1 tells its $3 waits ($profile)" "$(sum "$text" count "^pthread_mutex_(un)?lock;$1_(wait|hold);")" "$3"
		is "$1 tells of nobody else ($profile)" "$(sum "$text" count '^pthread_mutex')" "$3"
	done
}

tells_of parent "$(awk '$1 == "parent" { print $2 }' "$work/out")" 11
is 'there are two children' "$(grep -c '^child ' "$work/out")" 2
for child in $(awk '$1 == "child" { print $2 }' "$work/out"); do
	tells_of child "$child" 5
done
tells_of grandchild "$(awk '$1 == "grandchild" { print $2 }' "$work/out")" 7
idle=$(awk '$1 == "idle" { print $2 }' "$work/out")
is 'a child that recorded nothing writes nothing' "$(one_dump "$idle" '*')" 0
is 'no region is left' "$(for process in $(awk '{ print $2 }' "$work/out"); do
	find "$CONTEND_REGION_DIR" -type f -name "$process.*"
done)" ''

check 'with CONTEND_CHILDREN=0 it ends well too' env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 \
	CONTEND_CHILDREN=0 CONTEND_OUT="$work/alone.%p.%n" "$live/fork"
is 'and the parent alone writes profiles' "$(find "$work" -name 'alone.*.pb.gz' | wc -l)" 2

# Below another root no region could be made: it has been, before.
mkdir "$work/root"
check 'one that goes below another root ends as it wants to' env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 \
	CONTEND_OUT="$work/rooted.%p.%n" CHROOT="$work/root" sh -c "exec '$live/fork' >'$work/out' 2>'$work/err'"
rooted=$(awk '$1 == "rooted" { print $2 }' "$work/out")
if grep -q 'not permitted' "$work/err"; then
	skip 2 'this user may not change its root'
else
	check 'what it recorded can be had' env -C "$work" "$contend" dump "$rooted"
	is 'all of it' "$(sum "$(decoded "contend.fork.$rooted" last block)" count ';rooted_wait;')" 5
fi

# It has nothing to tell, but who asks is answered.
check 'a child that is asked ends well' env LD_PRELOAD="$LIBCONTEND" CONTEND_OUT="$work/idle.%p.%n" ASK=1 sh -c "exec '$live/fork' >'$work/out'"
idle=$(awk '$1 == "idle" { print $2 }' "$work/out")
is 'a child that recorded nothing writes that when it is asked' "$(find "$work" -name "idle.$idle.*.block.pb.gz" | wc -l)" 1

# A process whose children are not to be profiled: they write nothing, whatever asks them to; least of all its profile.
check 'without children it ends well' env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_CHILDREN=0 \
	CONTEND_OUT="$work/asked.%n" ASK=1 "$live/fork"
is 'one process has written' "$(find "$work" -name 'asked.*.block.pb.gz' | wc -l)" 1
is 'the one that was started' "$(sum "$(decoded asked last block)" count ';parent_wait;')" 11
finish
