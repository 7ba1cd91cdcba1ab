#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Goal: wherever the region cannot be (no such directory, read-only, full, someone else's, a file, a link), and wherever profiles
# cannot be written, a program that contends runs as without us: never a crash, never a SIGBUS from a full file system.
. "$ROOT/tests/hazard/common.sh"
contends=$hazard/program_defines_lock

inside()
{
	local name=$1

	shift
	same "$name" env "CONTEND_REGION_DIR=$region" "CONTEND_OUT=$out" "$@" "$contends"
}

# Of each profile that could not be written there is a region.
kept()
{
	is "$1: what was not written is kept" "$(find "$CONTEND_REGION_DIR" -type f | wc -l)" \
		"$(grep -c 'no profile written.*contend dump' "$said")"
	find "$CONTEND_REGION_DIR" -type f -delete
}

out=$TMPDIR/%e.%p.%n
for region in /nonexistent /proc /dev/null "$TMPDIR/dangling" / '' . "$(printf 'x%.0s' {1..3000})" /sys/kernel; do
	ln -sfn /nonexistent "$TMPDIR/dangling"
	inside "regions in '${region:0:40}'"
done
mkdir "$TMPDIR/other" "$TMPDIR/mine" && ln -s "$TMPDIR/other" "$TMPDIR/mine/contend-$(id -u)"
region=$TMPDIR/mine
inside 'a link lies where our directory should be'
none 'it was not followed' "$(ls "$TMPDIR/other")"
rm "$TMPDIR/mine/contend-$(id -u)"
echo text >"$TMPDIR/mine/contend-$(id -u)"
inside 'a file lies where our directory should be'
is 'it is left alone' "$(cat "$TMPDIR/mine/contend-$(id -u)")" text
rm -r "$TMPDIR/mine/contend-$(id -u)"
mkdir -m 777 "$TMPDIR/mine/contend-$(id -u)"
inside 'our directory is open to all'
rm -r "$TMPDIR/mine/contend-$(id -u)"

region=$CONTEND_REGION_DIR
for out in /nonexistent/x /proc/x "$TMPDIR/" /dev/full '' "$(printf 'x%.0s' {1..3000})" '%' '%q' "$TMPDIR/%s%s%s%n%n"; do
	inside "profiles in '${out:0:40}'"
	kept "profiles in '${out:0:40}'"
done
out=$TMPDIR/%e.%p.%n

if may_be_privileged; then
	for options in ro size=4k size=64k size=1m size=4m nr_inodes=1 nr_inodes=3; do
		mkdir -p "$TMPDIR/disk"
		same "regions on a tmpfs with $options" privileged sh -c '
			mount -t tmpfs -o mode=1777,'"$options"' none "$1" && CONTEND_REGION_DIR=$1 CONTEND_MEMORY=8m "$2"' sh "$TMPDIR/disk" "$contends"
		same "profiles on a tmpfs with $options" privileged sh -c '
			mount -t tmpfs -o mode=1777,'"$options"' none "$1" && CONTEND_OUT=$1/%p.%n "$2"' sh "$TMPDIR/disk" "$contends"
		kept "profiles on a tmpfs with $options"
	done
	# Filled up by someone else while the program runs.
	same 'the file system fills up later' privileged sh -c '
		mount -t tmpfs -o mode=1777,size=16m none "$1" && export CONTEND_REGION_DIR=$1 || exit
		"$2" & dd if=/dev/zero of="$1/filler" bs=64k 2>/dev/null; wait $!' sh "$TMPDIR/disk" "$hazard/thread_many"
else
	skip 'file systems that are full or read-only' 'no privilege to mount'
fi
check 'the tool writes what could not be written' "$BUILD/contend" dump --dead -o "$TMPDIR/late.%p.%n"
none 'then there is no region any more' "$(find "$region" -type f)"
finish
