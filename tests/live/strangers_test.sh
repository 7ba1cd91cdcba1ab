#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Several users on one machine: nobody sees what another's process recorded, or can make another's tool read, write, open or remove
# what he likes. Each refusal is one clear line.
. "${ROOT:-$PWD}/tests/live/common.sh"

[ "$(id -u)" = 0 ] || { echo 'only root can be several users'; exit 77; }
places=$CONTEND_REGION_DIR
chmod 1777 "$places" "$work"
cp "$contend" "$work/contend"
cp "$live/places" "$work/program-aaaa" # of a length that can be exchanged below
cd "$work" || exit 1
trap 'rm -rf "$work" "$places"/contend-*' EXIT

# as USER COMMAND...: output in out, complaints in err.
as()
{
	local user=$1

	shift
	timeout 20 setpriv --reuid="$user" --regid="$user" --clear-groups "$@" >"$work/out" 2>"$work/err" </dev/null
}

# NAME WORDS USER ARGUMENT...
is_refused()
{
	local name=$1 words=$2

	shift 2
	as "$1" "$work/contend" "${@:2}"
	is "$name: refused" $? 1
	is "$name: in one line" "$(wc -l <"$work/err")" 1
	check "$name: that is clear" says "$work/err" "^contend: .*$words"
	is "$name: with nothing else" "$(cat "$work/out")" ''
}

rm -f input && mkfifo -m 666 input
mapfile -t variables < <(preloaded victim)
setpriv --reuid=65534 --regid=65534 --clear-groups env "${variables[@]}" "$work/program-aaaa" wait read <input >running.out 2>running.err 9>&- &
pid=$!
exec 9>input
check 'the program runs' await says running.out wait
region=$(find "$places/contend-65534" -type f -name "$pid.*")
is 'its region is its own' "$(stat -c '%U %a' "$region" "$places/contend-65534" | tr '\n' ' ')" 'nobody 600 nobody 700 '

is_refused 'dump PID' "process $pid is not profiled, another user's" 1 dump "$pid"
is_refused 'dump --region' 'Permission denied' 1 dump --region "$region"
is_refused 'check' 'Permission denied' 1 check "$region"
as 1 "$work/contend" list
is 'list shows nothing of it' "$(grep -c "$pid" out)" 0
as 1 "$work/contend" dump --dead
is 'dump --dead leaves it' "$(stat -c %U "$region")" nobody
as 65534 "$work/contend" list
is 'its owner finds it' "$(grep -c "$pid" out)" 1

# What others put where our directory is looked for.
ours=$places/contend-65534
mv "$ours" "$places/real"
planted()
{
	local name=$1 words=$2

	shift 2
	rm -rf "$ours"
	"$@"
	chown -h 1:1 "$ours"
	is_refused "$name: dump" "$words" 65534 dump "$pid"
	is_refused "$name: dump --dead" "$words" 65534 dump --dead
	is_refused "$name: list" "$words" 65534 list
}
planted "another's link to our regions" 'contend-65534: ' ln -s "$places/real" "$ours"
planted "another's directory" 'contend-65534: ' cp -r "$places/real" "$ours"
planted "another's pipe" 'contend-65534: ' mkfifo "$ours"
planted "another's file" 'contend-65534: ' cp "$work/running.out" "$ours"
rm -rf "$ours" && mv "$places/real" "$ours"

# A region that another user wrote, and root's tool is told to read.
kill -9 $pid
wait $pid 2>/dev/null
exec 9>&-
mkdir -m 755 hostile
cp "$region" kept

# hostile FROM TO: a region where one text is another.
hostile()
{
	sed "s|$1|$2|g" kept >hostile/region
	chmod 600 hostile/region && chown -R 65534:65534 hostile
}

# Does anybody open that pipe? A writer waits until then.
mkfifo program-fifo
(echo >program-fifo && touch opened) &
writer=$!
hostile program-aaaa program-fifo
check 'a pipe in place of the program: dumped' timeout 20 "$contend" dump -o "$work/pipe.%n" --keep --region hostile/region
is 'a pipe in place of the program: never opened' "$(ls opened 2>/dev/null)" ''
is 'a pipe in place of the program: the waits are there' "$(sum "$(decoded pipe last block)" count '^pthread_mutex_lock;' kind=mutex)" 5
rm program-fifo && ln -s "$work/fifo" program-fifo && mkfifo fifo
kill $writer 2>/dev/null
(echo >fifo && touch opened) &
writer=$!
check 'a link to a pipe: dumped' timeout 20 "$contend" dump -o "$work/link.%n" --keep --region hostile/region
is 'a link to a pipe: never opened' "$(ls opened 2>/dev/null)" ''
kill $writer 2>/dev/null

cp "$live/places" aa
mapfile -t variables < <(preloaded dots)
env "${variables[@]}" "$work/aa" wait read <input >dots.out 2>dots.err &
pid=$!
exec 9>input
check 'a program with a short name runs' await says dots.out wait
cp "$(find "$places/contend-0" -type f -name "$pid.*")" kept
exec 9>&-
wait $pid
hostile "$work/aa" "$work/.."
mkdir -p root/in/__
check 'a program that is called "..": dumped' "$contend" dump -o "$work/root/in/%e/x" --keep --region hostile/region
is 'a program that is called "..": it leads nowhere' "$(find root -type f -printf '%P %m %U\n' | sort | tr '\n' ' ')" \
	'in/__/x.block.pb.gz 600 0 in/__/x.mutex.pb.gz 600 0 '

# Its name is a link, a device, a directory.
ln -s region hostile/link
is_refused 'a link' 'a link, which is not followed' 0 dump --region hostile/link
is_refused 'a pipe' 'not a region' 0 dump --region fifo
is_refused 'a device' 'not a region' 0 dump --region /dev/zero
is_refused 'a directory' 'not a region' 0 dump --region hostile

# The owner gone, the region is removed, and nothing but it.
hostile "$work/aa" "$work/aa"
before=$(find "$work" -printf '%P %i\n' | grep -v '^hostile/region ' | sort)
check 'a dead process: dumped' "$contend" dump -o "$places/removed.%n" --region hostile/region
is 'a dead process: its region is gone, and nothing else' "$(find "$work" -printf '%P %i\n' | sort)" "$before"
rm -f "$places"/removed.*
finish
