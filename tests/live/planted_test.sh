#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# In a directory that is open to all, another user has put links, pipes and directories under the names that ours will have: none is
# followed or changed, and the profiles get the first names that are free.
. "${ROOT:-$PWD}/tests/live/common.sh"

[ "$(id -u)" = 0 ] || { echo 'only root can be two other users'; exit 77; }
rounds=5
shared=$CONTEND_REGION_DIR/shared # in memory, where ten thousand files are made at once
trap 'rm -rf "$work" "$shared"' EXIT
user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
other=1
mkdir -m 1777 "$shared"
chmod 1777 "$CONTEND_REGION_DIR"

picture()
{
	find "$shared" -mindepth 1 -printf '%P %i %y %U %m %l %s %n\n' -type f -exec cat {} + | sort
}

# plant NAME...: each of them something else.
plant()
{
	local kind=0 name

	for name; do
		case $((kind++ % 5)) in
		0) ln -s precious "$shared/$name" ;;
		1) mkfifo "$shared/$name" ;;
		2) ln "$shared/precious" "$shared/$name" ;;
		3) mkdir "$shared/$name" ;;
		4) ln -s new "$shared/$name" ;;
		esac
		chown -h $other:$other "$shared/$name"
	done
	chown 65534:65534 "$shared/precious"
}

# NAME RUN FREE: dump number FREE is there, is the user's, has everything; all else is as it was.
is_beside_them()
{
	local file

	for file in "$shared/$2.$3.mutex.pb.gz" "$shared/$2.$3.block.pb.gz"; do
		is "$1: ${file##*/} is the user's alone" "$(stat -c '%F %u %a' "$file")" 'regular file 65534 600'
		mv "$file" "$work"
	done
	is "$1: all waits are there" "$(sum "$(decoded "$2" "$3" block)" count '^pthread_mutex_lock;wait_for_it;')" $rounds
	is "$1: all releases are" "$(sum "$(decoded "$2" "$3" mutex)" count '^pthread_mutex_unlock;hold_it;')" $rounds
	is "$1: what lay there is what lies there" "$(picture)" "$(cat "$work/before")"
}

# RUN COMMAND...: becomes the program, under names that are taken: its own ones, and the temporary ones of its number.
among_planted()
{
	local run=$1 number variables

	shift
	rm -rf "${shared:?}"/* "$shared"/.contend.*
	echo precious >"$shared/precious" && chmod 600 "$shared/precious"
	plant $run.{0..4}.mutex.pb.gz $run.{5..9}.block.pb.gz .contend.$BASHPID.{0..9}.tmp
	picture >"$work/before"
	mapfile -t variables < <(preloaded $run)
	exec "$@" "${user[@]}" env "${variables[@]}" "CONTEND_OUT=$shared/$run.%n" "$live/places" wait
}

(among_planted unnamed) >"$work/unnamed.out" 2>"$work/unnamed.err"
is 'unnamed files: the program ends as bare' $? 3
is 'unnamed files: nothing is said' "$(cat "$work/unnamed.err")" ''
is_beside_them 'unnamed files' unnamed 10
# With one descriptor beside the standard ones, files cannot be written without names.
(among_planted temporary prlimit --nofile=4) >"$work/temporary.out" 2>"$work/temporary.err"
is 'temporary names: the program ends as bare' $? 3
is 'temporary names: nothing is said' "$(cat "$work/temporary.err")" ''
is_beside_them 'temporary names' temporary 10

# Every name is taken: that is said, and the region stays.
among_all()
{
	ln -s precious "$shared/full.mutex.pb.gz"
	seq -f "$shared/full.%.0f.mutex.pb.gz" 1 9999 | xargs -n 500 touch
	picture >"$work/before"
	mapfile -t variables < <(preloaded full)
	exec "${user[@]}" env "${variables[@]}" "CONTEND_OUT=$shared/full" "$live/places" wait
}
(among_all) >"$work/full.out" 2>"$work/full.err" &
process=$!
wait $process
is 'all names are taken: the program ends as bare' $? 3
is 'all names are taken: one line says so' "$(cat "$work/full.err")" \
	"contend: no profile written to $shared/full: File exists; contend dump $process writes it"
is 'all names are taken: nothing was changed' "$(picture)" "$(cat "$work/before")"
check 'all names are taken: the tool writes it' "${user[@]}" "$contend" dump -o "$shared/tool.%n" $process
is_beside_them 'the tool' tool 0
is 'no region is left' "$(find "$CONTEND_REGION_DIR" -path "$shared" -prune -o -type f -print)" ''
finish
