#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Wherever the region lies or cannot lie, a program runs, prints and ends as bare, its profiles count every wait, and what others put
# where our directory should be is neither followed nor changed.
. "${ROOT:-$PWD}/tests/live/common.sh"

own_mounts "$0"
rounds=5 # of each "wait" of the program
places=$CONTEND_REGION_DIR/places
ours=$places/contend-$(id -u)
mkdir -m 1777 "$places"
trap 'rm -rf "$work" "$places"' EXIT

# All there is below a directory: names, kinds, owners, modes, where links lead, what files hold.
picture()
{
	find "$places" -mindepth 1 -printf '%P %y %U %m %l %s\n' -type f -exec cat {} + | sort
}

# NAME WHERE [STEP...]: where the region is to be found, "memory" or "file".
runs_in()
{
	local name=$1 where=$2 run=run$made waits

	shift 2
	[ $# = 0 ] && set -- wait
	"$live/places" "$@" >"$work/bare.out" 2>&1 </dev/null
	is "$name: it ends well bare" $? 3
	before=$(picture)
	CONTEND_REGION_DIR=$places CONTEND_VERBOSE=1 profiled $run "$live/places" "$@" </dev/null
	is "$name: it ends the same preloaded" $? 3
	is "$name: it prints the same" "$(cat "$work/$run.out")" "$(cat "$work/bare.out")"
	is "$name: the region is in" "$(sed -n 's/.*region in private \(memory\)$/\1/p; s/.*, region \/.*/file/p' "$work/$run.err")" $where
	waits=$(grep -c wait "$work/bare.out")
	is "$name: all waits are there" "$(sum "$(decoded $run last block)" count '^pthread_mutex_lock;wait_for_it;')" \
		$((waits * rounds))
	is "$name: all releases are" "$(sum "$(decoded $run last mutex)" count '^pthread_mutex_unlock;hold_it;')" \
		$((waits * rounds))
	check "$name: nothing was lost" grep -q '^# comment .*lost: nothing' "$(decoded $run last block)"
	is "$name: what lies there is what lay there" "$(picture)" "$before"
}

plant()
{
	rm -rf "$ours"
	"$@"
}

of_nobody()
{
	"$@" && chown -h 65534:65534 "$ours"
}

mkdir -m 700 "$ours"
runs_in 'a directory of ours' file
plant mkdir -m 777 "$ours"
runs_in 'a directory that is open to all' memory
plant mkdir -m 710 "$ours"
runs_in 'a directory that is open to a group' memory
mkdir -m 700 "$places/target"
plant ln -s target "$ours"
runs_in 'a link to a directory of ours' memory
plant ln -s nowhere "$ours"
runs_in 'a link that leads nowhere' memory
echo precious >"$places/precious"
plant ln -s precious "$ours"
runs_in 'a link to a file' memory
plant cp "$places/precious" "$ours"
runs_in 'a file' memory
plant mkfifo "$ours"
runs_in 'a pipe' memory
if [ "$(id -u)" = 0 ]; then
	plant of_nobody mkdir -m 700 "$ours"
	runs_in "another user's directory" memory
	plant of_nobody mkdir -m 777 "$ours"
	runs_in "another user's directory that is open to us" memory
	plant of_nobody ln -s target "$ours"
	runs_in "another user's link to a directory of ours" memory
else
	skip "what other users put there" 'only root can make another user'
fi
rm -rf "$ours" "$places/target" "$places/precious"

# The names of the region's file, for a process that is about to become the program.
planted_names()
{
	local process=$BASHPID start

	start=$(sed 's/.*) //' /proc/$process/stat | cut -d ' ' -f 20)
	mkdir -m 700 "$ours" && echo precious >"$places/precious"
	ln -s "$places/precious" "$ours/$process.$start.0"
	ln -s "$places/new" "$ours/$process.$start.1"
	ln "$places/precious" "$ours/$process.$start.2"
	mkfifo "$ours/$process.$start.3"
	mkdir "$ours/$process.$start.4"
	picture >"$work/before"
	exec env CONTEND_REGION_DIR="$places" CONTEND_VERBOSE=1 "$@"
}

mapfile -t variables < <(preloaded names)
(planted_names "${variables[@]}" "$live/places" wait) >"$work/names.out" 2>"$work/names.err"
is 'names that are taken: it ends well' $? 3
check 'names that are taken: the next is its own' grep -q 'region .*\.5$' "$work/names.err"
is 'names that are taken: all waits are there' "$(sum "$(decoded names last block)" count '^pthread_mutex_lock;wait_for_it;')" $rounds
is 'names that are taken: nothing was followed or changed' "$(picture)" "$(cat "$work/before")"
rm -rf "$ours" "$places/precious"

if [ "${TEST_HAS_MOUNTS:-}" ]; then
	disk()
	{
		local name=$1 where=$2 options=$3

		shift 3
		mount -t tmpfs -o "mode=1777,$options" none "$places" || return
		mkdir -m 700 "$ours" 2>/dev/null
		runs_in "$name" $where wait "$@"
		umount "$places"
	}
	disk 'no room at all' memory size=4k
	disk 'no room for what a region begins with' memory size=128k
	disk 'no room for all of it' file size=3m wait
	disk 'no name for the directory' memory nr_inodes=1
	disk 'no name for the file' memory nr_inodes=2
	disk 'not to be written' memory ro
else
	skip 'full disks' 'no privilege to mount'
fi
for places in "$places/missing" /proc /dev/null "$work"; do
	CONTEND_REGION_DIR=$places profiled elsewhere "$live/places" wait </dev/null
	is "$places: it ends as bare" $? 3
	is "$places: nothing is said" "$(cat "$work/elsewhere.err")" ''
	is "$places: all waits are there" "$(sum "$(decoded elsewhere last block)" count '^pthread_mutex_lock;wait_for_it;')" $rounds
	check "$places: nothing is made there" test ! -e "$places/contend-$(id -u)"
done
places=$CONTEND_REGION_DIR/places
finish
