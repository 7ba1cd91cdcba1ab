#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Wherever profiles cannot be written, the program runs on and ends as without us, one line says so, nothing half is left, and
# nothing is lost: a later dump has all, and after the end the region has.
. "${ROOT:-$PWD}/tests/live/common.sh"

own_mounts "$0"
rounds=5 # of each "wait" of the program
out=$work/out
mkdir "$out"

# NAME RUN WAITS: the last profiles of a run have all waits and releases.
is_whole()
{
	is "$1: all waits are there" "$(sum "$(decoded "$2" last block)" count '^pthread_mutex_lock;wait_for_it;')" \
		$(($3 * rounds))
	is "$1: all releases are" "$(sum "$(decoded "$2" last mutex)" count '^pthread_mutex_unlock;hold_it;')" $(($3 * rounds))
}

# NAME RUN PROCESS WAITS: what a process that ended could not write, the tool writes, and takes away.
is_left_by()
{
	"$contend" dump -o "$work/$2.%n" "$3" >"$work/dump.out" 2>"$work/dump.err"
	is "$1: the tool writes it" $? 0
	is "$1: one line is said" "$(wc -l <"$work/dump.err")" 1
	check "$1: what ended it, and that it could not" says "$work/dump.err" "process $3 .*; its last dump failed: "
	is_whole "$1" "$2" "$4"
	is "$1: the region is gone then" "$(find "$CONTEND_REGION_DIR" -type f)" ''
}

# NAME ERROR STEP...: a run that ends where $pattern cannot be written.
loses_nothing()
{
	local name=$1 error=$2 run=lost$((made)) variables before process

	shift 2
	before=$(find "$out" -printf '%p %s %i\n')
	mapfile -t variables < <(preloaded $run)
	env "${variables[@]}" "CONTEND_OUT=$pattern" "$live/places" "$@" >"$work/$run.out" 2>"$work/$run.err" </dev/null &
	process=$!
	wait $process
	is "$name: the program ends as it would have" $? 3
	is "$name: it prints what it would have" "$(cat "$work/$run.out")" "$(printf '%s\n' "$@")"
	is "$name: one line says what is wrong" "$(cat "$work/$run.err")" \
		"contend: no profile written to $pattern: $error; contend dump $process writes it"
	is "$name: nothing is left there" "$(find "$out" -printf '%p %s %i\n')" "$before"
	is_left_by "$name" $run $process "$(grep -c wait "$work/$run.out")"
}

pattern=$work/nowhere/x.%n
loses_nothing 'a directory that is missing' 'No such file or directory' wait
touch "$work/file"
pattern=$work/file/x.%n
loses_nothing 'a file in its place' 'Not a directory' wait
ln -s "$work/nowhere" "$work/dangling"
pattern=$work/dangling/x.%n
loses_nothing 'a link that leads nowhere' 'No such file or directory' wait
pattern=$work/$(printf 'x%.0s' {1..300})/x
loses_nothing 'a name that is too long' 'File name too long' wait
pattern=$out/x.%n
loses_nothing 'files may not be long' 'File too large' wait limit
mapfile -t variables < <(preloaded silent)
env "${variables[@]}" "CONTEND_OUT=$pattern" "$live/places" wait complain limit >"$work/silent.out" 2>"$work/silent.err" &
process=$!
wait $process
is 'nor may standard error: the program ends as it would have' $? 3
is 'nothing is said there' "$(wc -l <"$work/silent.err")" 1
is_left_by 'nor may standard error' silent $process 1
pattern=x.%n
cd "$work" || exit 1
mkdir doomed && cd doomed && rmdir "$work/doomed"
loses_nothing 'the directory of the start is gone' 'No such file or directory' wait
cd "$work" || exit 1

# full NAME ERROR OPTIONS COMMAND...: a file system with these options where, by the command, something is left or nothing.
full()
{
	local name=$1 error=$2 options=$3

	shift 3
	mount -t tmpfs -o "$options" none "$out" && "$@"
	loses_nothing "$name" "$error" wait
	umount "$out"
}

fill()
{
	head -c "$1" /dev/zero >"$out/filler" 2>/dev/null
	stat -c %s "$out/filler" >/dev/null
}

pattern=$out/x.%n
if [ "${TEST_HAS_MOUNTS:-}" ]; then
	full 'a full disk' 'No space left on device' size=64k fill 64k
	full 'a disk with room for one of two' 'No space left on device' size=64k fill 60k
	full 'a disk with names for one of two' 'No space left on device' nr_inodes=3 fill 0
	full 'a disk that may not be written' 'Read-only file system' ro true
else
	skip 'disks that are full' 'no privilege to mount'
fi

# Whole, and then not: the end of a process that becomes another program, or ends without cleaning up, is the same.
pattern=$work/nowhere/x.%n
mapfile -t variables < <(preloaded ways)
for way in execl _exit; do
	env "${variables[@]}" "CONTEND_OUT=$pattern" "$live/exit_ways" $way >"$work/$way.out" 2>"$work/$way.err" &
	process=$!
	wait $process
	is "$way: the exit status is the program's" $? 3
	is "$way: one line says what is wrong" "$(wc -l <"$work/$way.err")" 1
	is_left_by $way $way $process 2
done

at_step()
{
	[ "$(wc -l <"$work/$run.out")" -ge "$1" ]
}

said_more()
{
	[ "$(wc -l <"$work/$run.err")" -gt "$1" ]
}

cannot_dump()
{
	local said

	said=$(wc -l <"$work/$run.err")
	kill -USR2 $pid
	check "$1: that is said" await said_more "$said"
	is "$1: in one line, with the reason" "$(tail -n +$((said + 1)) "$work/$run.err")" \
		"contend: no profile written to $vanishing/$run.%n: $2; contend dump $pid writes it"
}

# The directory comes and goes while the program runs.
run=vanishing
vanishing=$work/vanishing
mkdir "$vanishing"
mkfifo "$work/input"
mapfile -t variables < <(preloaded $run)
env "${variables[@]}" "CONTEND_OUT=$vanishing/$run.%n" "$live/places" wait read wait read wait read wait read <"$work/input" \
	>"$work/$run.out" 2>"$work/$run.err" 9>&- &
pid=$!
exec 9>"$work/input"
check 'it has waited' await at_step 1
kill -USR2 $pid
check 'it dumps' await test -e "$vanishing/$run.0.block.pb.gz"
mv "$vanishing"/*.gz "$work" && rmdir "$vanishing"
is_whole 'before the directory vanishes' $run 1
echo >&9
check 'it has waited again' await at_step 3
cannot_dump 'the directory has vanished' 'No such file or directory'
ln -s "$work/nowhere" "$vanishing"
cannot_dump 'a link that leads nowhere is there' 'No such file or directory'
rm "$vanishing" && echo precious >"$work/precious" && ln -s "$work/precious" "$vanishing"
cannot_dump 'a link to a file is there' 'Not a directory'
is 'that file is untouched' "$(cat "$work/precious")" precious
echo >&9
check 'it has waited a third time' await at_step 5
rm "$vanishing" && mkdir "$vanishing"
number=$(last_dump $run)
kill -USR2 $pid
check 'it dumps again' await test -e "$vanishing/$run.$((number + 1)).block.pb.gz"
mv "$vanishing"/*.gz "$work"
is_whole 'the next dump' $run 3
echo >&9
exec 9>&-
wait $pid
is 'it ends as it would have' $? 3
mv "$vanishing"/*.gz "$work"
is_whole 'the last dump' $run 4
is 'three lines were said' "$(wc -l <"$work/$run.err")" 3
is 'and no region is left' "$(find "$CONTEND_REGION_DIR" -type f)" ''
finish
