#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# A program that is shut up in a directory before it starts, or shuts itself up and gives up root later, is measured whole: without
# /proc and /dev its end writes the profiles, and where it can write nothing any more, the region outside has all.
. "${ROOT:-$PWD}/tests/live/common.sh"

own_mounts "$0"
rounds=5 # of each "wait" of the program
cage=$work/cage
mkdir "$cage"
said=$(chroot "$cage" /nothing 2>&1)
if [ $? != 127 ]; then # it is not there, where we could go to look for it
	echo "no privilege to change the root: $said"
	exit 77
fi

# NAME RUN WAITS
is_whole()
{
	is "$1: all waits are there" "$(sum "$(decoded "$2" last block)" count '^pthread_mutex_lock;wait_for_it;')" \
		$(($3 * rounds))
	is "$1: all releases are" "$(sum "$(decoded "$2" last mutex)" count '^pthread_mutex_unlock;hold_it;')" $(($3 * rounds))
}

# What a program needs, at the same paths in the cage.
for program in "$live/places" /usr/bin/env "$LIBCONTEND"; do
	for file in "$program" $(ldd "$program" | grep -o '/[^ ]*' | sort -u); do
		mkdir -p "$cage/${file%/*}" && cp -L "$file" "$cage$file"
	done
done
mkdir -p "$cage$work" "$cage/dev/shm"

# caged RUN STEP...
caged()
{
	local run=$1 variables

	shift
	mapfile -t variables < <(preloaded "$run")
	chroot "$cage" /usr/bin/env -i "${variables[@]}" "$live/places" "$@" >"$work/$run.out" 2>"$work/$run.err" </dev/null
}

caged bare wait
is 'nothing but the program: it ends as bare' $? 3
is 'nothing but the program: nothing is said' "$(cat "$work/bare.err")" ''
mv "$cage$work"/bare.* "$work"
is_whole 'nothing but the program' bare 1
if [ "${TEST_HAS_MOUNTS:-}" ] && mount -t tmpfs -o mode=1777 none "$cage/dev/shm"; then
	caged memory wait
	is 'memory, but no /proc: it ends as bare' $? 3
	is 'memory, but no /proc: nothing is said' "$(cat "$work/memory.err")" ''
	is 'memory, but no /proc: no region is left' "$(find "$cage/dev/shm" -type f)" ''
	mv "$cage$work"/memory.* "$work"
	is_whole 'memory, but no /proc' memory 1
	caged thrown wait nobody wait
	is 'root is given up there: it ends as bare' $? 3
	is 'root is given up there: one line is said' "$(grep -c 'no profile written .*Permission denied; contend dump' "$work/thrown.err")" 1
	region=$(find "$cage/dev/shm" -type f)
	check 'root is given up there: the tool writes it' "$contend" dump -o "$work/thrown.%n" --region "$region"
	is 'root is given up there: all waits are there' "$(sum "$(decoded thrown last block)" count '' kind=mutex)" $((2 * rounds))
	is 'root is given up there: all releases are' "$(sum "$(decoded thrown last mutex)" count)" $((2 * rounds))
	umount "$cage/dev/shm"
else
	skip 'memory without /proc' 'no privilege to mount'
fi

# The whole system, but no /proc. (The shell needs it for some of its own redirections.)
if [ "${TEST_HAS_MOUNTS:-}" ]; then
	mapfile -t variables < <(preloaded blind)
	mapfile -t variables_killed < <(preloaded killed)
	mkfifo "$work/input"
	mount -t tmpfs none /proc
	env "${variables[@]}" "$live/places" wait >"$work/blind.out" 2>"$work/blind.err"
	status=$?
	env "${variables_killed[@]}" "$live/places" wait read <"$work/input" >"$work/killed.out" 2>"$work/killed.err" &
	process=$!
	exec 9>"$work/input"
	await says "$work/killed.out" wait
	kill -9 $process
	wait $process 2>/dev/null
	exec 9>&-
	"$contend" dump -o "$work/killed.%n" $process >"$work/dump.out" 2>"$work/dump.err"
	dumped=$?
	umount /proc
	is 'no /proc: it ends as bare' $status 3
	is 'no /proc: nothing is said' "$(cat "$work/blind.err")" ''
	is_whole 'no /proc' blind 1
	is 'no /proc: the tool writes what was killed' "$dumped $(cat "$work/dump.err" | grep -vc "process $process ")" '0 0'
	is_whole 'no /proc: killed' killed 1
	is 'no /proc: no region is left' "$(find "$CONTEND_REGION_DIR" -type f)" ''
else
	skip 'the whole system without /proc' 'no privilege to mount'
fi

mkdir "$work/empty"
cd "$work/empty" || exit 1
mapfile -t variables < <(preloaded later)
env "${variables[@]}" "$live/places" wait chroot nobody wait >"$work/later.out" 2>"$work/later.err" </dev/null &
process=$!
wait $process
is 'it shuts itself up later: it ends as bare' $? 3
is 'it shuts itself up later: one line is said' "$(cat "$work/later.err")" \
	"contend: no profile written to $work/later.%n: No such file or directory; contend dump $process writes it"
check 'it shuts itself up later: the tool writes it' "$contend" dump -o "$work/later.%n" $process
is_whole 'it shuts itself up later' later 2
is 'it shuts itself up later: the region is gone then' "$(find "$CONTEND_REGION_DIR" -type f)" ''
is 'it shuts itself up later: nothing is left with it' "$(find "$work/empty" -mindepth 1)" ''

mkdir -m 777 "$work/own"
cd "$work/own" || exit 1
env "${variables[@]}" CONTEND_OUT=/own.%n "$live/places" wait chroot nobody wait >"$work/own.out" 2>"$work/own.err" </dev/null
is 'it can write where it has shut itself up: it ends as bare' $? 3
is 'it can write where it has shut itself up: nothing is said' "$(cat "$work/own.err")" ''
mv "$work/own"/own.* "$work"
is 'it can write where it has shut itself up: all waits are there' "$(sum "$(decoded own last block)" count '' kind=mutex)" $((2 * rounds))
is 'it can write where it has shut itself up: all releases are' "$(sum "$(decoded own last mutex)" count)" $((2 * rounds))
find "$CONTEND_REGION_DIR" -type f -delete # which it could not
finish
