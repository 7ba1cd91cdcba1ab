#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# `contend list` shows every profiled process, alive or dead, and why it ended; `contend dump --dead` writes what the dead ones
# left, and takes it away; and neither is led astray by what else lies there.
. "${ROOT:-$PWD}/tests/live/common.sh"
own=$CONTEND_REGION_DIR/contend-$(id -u)
unknown='ended without a word (killed, or by a raw system call)'
cd "$work" || exit 1

list()
{
	"$contend" list "$@" >list.out 2>list.err
}

# PID: its row from the column of the waits on: "WAITS RELEASES LOST OVERHEAD STATE PROGRAM: WORDS".
row()
{
	awk -v pid="$1" '$1 == pid { $1 = $2 = $3 = $4 = ""; sub(/^ */, ""); print }' list.out
}

# PID: the last three of these.
state()
{
	row "$1" | cut -d ' ' -f 5-
}

# NAME PID WORDS
is_dead()
{
	list
	is "$1: list says so" "$(state "$2" | head -n 1)" "dead $3"
}

region()
{
	find "$own" -name "$1.*"
}

# RUN WAY: in $pid a process that ended as exit_ways does.
killed()
{
	profiled "$1" "$live/exit_ways" "$2" 2>/dev/null
	read -r pid _ <"$1.out"
}

# RUN COMMAND...: in $shown what `endings` says it is about, and in $pid its own number.
start_ending()
{
	start_profiled "$@"
	check "$1: it is ready" await says "$1.out" ready
	shown=$(sed -n 's/^ready //p' "$1.out")
}

dump_dead()
{
	"$contend" dump --dead -o "$work/$1.%p.%n" >dump.out 2>dump.err
}

list
is 'nothing there: success' $? 0
is 'and it is said' "$(cat list.out list.err)" "no profiled processes in $CONTEND_REGION_DIR: \`contend run PROGRAM\` starts one"
list --json
is 'as JSON' "$(cat list.out)" '[]'
dump_dead nothing
is 'nothing to dump: success' $? 0
is 'without a word' "$(cat dump.out dump.err)" ''

start_profiled alive "$live/single_blocked" read
bystander=$pid
exec 8>&9
check 'a process lives' await says alive.out blocked
list
is 'list succeeds' $? 0
is 'it has the process' "$(state "$bystander")" 'alive single_blocked'
at_least 'with its waits' "$(row "$bystander" | cut -d ' ' -f 1)" 5
is 'none was lost' "$(row "$bystander" | cut -d ' ' -f 3)" 0
check 'and what recording cost it' grep -q '^[0-9]*\.[0-9][0-9]%$' <<<"$(row "$bystander" | cut -d ' ' -f 4)"
is 'and one line of names' "$(wc -l <list.out)" 2
since=$(awk -v pid="$bystander" '$1 == pid { print $2, $3 }' list.out)
at_most=$(($(date +%s) - $(date -d "$since" +%s)))
check "it knows since when: $since" test "$at_most" -ge 0 -a "$at_most" -lt 60

killed first SIGKILL
first=$pid
killed second SIGTERM
second=$pid
list
is 'one that was killed is there' "$(state "$first")" "dead exit_ways: $unknown"
is 'what it used is not known any more' "$(row "$first" | cut -d ' ' -f 4)" -
is 'with all its releases' "$(row "$first" | cut -d ' ' -f 2)" 10
is 'list takes nothing away' "$(find "$own" -type f | wc -l)" 3
is 'the older one comes first' "$(awk 'NR > 1 { print $1 }' list.out | xargs)" "$bystander $first $second"

list --json
/usr/bin/python3 - "$bystander" "$first" >json.out <<'END'
import json, sys
rows = {row["pid"]: row for row in json.load(open("list.out"))}
alive, dead = (rows[int(pid)] for pid in sys.argv[1:])
print(len(rows), alive["state"], alive["ended"], alive["program"], alive["block"] >= 5, alive["lost"])
print(0 <= alive["overhead_ns"] <= alive["cpu_ns"], dead["overhead_ns"] >= 0, dead["cpu_ns"])
print(dead["state"], dead["ended"], dead["mutex"], dead["wake"], dead["written"], dead["age_ns"] > 0)
END
is 'the same as JSON' "$(cat json.out)" "3 alive None single_blocked True 0
True True None
dead $unknown 10 0 False True"

# What interrupted dumps leave, and what looks like it.
touch_temporary()
{
	touch "$2" && chmod "$1" "$2"
}
touch_temporary 600 ".contend.$first.0.tmp"
touch_temporary 600 ".contend.$first.12.tmp"
touch_temporary 644 ".contend.$first.1.tmp"
touch_temporary 600 ".contend.$first.x.tmp"
touch_temporary 600 ".contend.$first.2.tmp.gz"
touch_temporary 600 ".contend.$bystander.0.tmp"
touch_temporary 600 linked && ln linked ".contend.$first.3.tmp"
ln -s linked ".contend.$first.4.tmp"
mkdir ".contend.$first.5.tmp"
"$contend" dump --keep -o "$work/kept.%n" "$first" >dump.out 2>dump.err
is 'a dump that keeps the region succeeds' $? 0
check 'what is kept is kept' test -f "$(region "$first")"
check 'with all that belongs to it' test -f ".contend.$first.0.tmp"
dump_dead dead
is 'the dead are dumped' $? 0
is 'the files are named' "$(sort dump.out)" "$(printf '%s\n' "$work"/dead."$first".0.{block,mutex}.pb.gz "$work"/dead."$second".0.{block,mutex}.pb.gz | sort)"
check 'and are there' test -s "$work/dead.$first.0.block.pb.gz" -a -s "$work/dead.$second.0.mutex.pb.gz"
is 'what ended them is said' "$(cat dump.err)" "contend: process $first (exit_ways): $unknown
contend: process $second (exit_ways): $unknown"
is 'only the living one is left' "$(find "$own" -type f)" "$(region "$bystander")"
is 'the temporary files are gone, and nothing else' "$(find . -maxdepth 1 -name '.contend.*' | sort | xargs)" \
	"$(printf './%s\n' .contend."$first".{1.tmp,2.tmp.gz,3.tmp,4.tmp,5.tmp,x.tmp} ".contend.$bystander.0.tmp" | sort | xargs)"
find . -maxdepth 1 -name '.contend.*' -delete

# Its number says little: another process may have it, or another program.
start_ending execve_raw "$live/endings" execve_raw
is_dead 'a process that became another program unseen' "$shown" 'endings: became another program by a raw system call'
is 'the new program has a row of its own' "$(list && grep -c " $shown .* alive  *cat$" <<<" $(cat list.out)")" 1
dump_dead raw
check 'it is dumped with the dead' test -s "$work/raw.$shown.0.mutex.pb.gz"
is 'its second region stays' "$(region "$shown" | wc -l)" 1
finish_program
is 'and is gone with it' "$(region "$shown")" ''

mkdir later && cd later || exit 1
start_profiled exec sh -c 'CONTEND_OUT=gone/x.%n; export CONTEND_OUT; exec "$1" exec' sh "$live/endings"
cd ..
check 'exec: it is ready' await says exec.out ready
shown=$(sed -n 's/^ready //p' exec.out)
is_dead 'a process that became another program and could not write' "$shown" \
	'endings: became another program; its last dump failed: No such file or directory'
finish_program
is_dead 'once that has ended, too' "$shown" \
	'endings: became another program, most likely; its last dump failed: No such file or directory'
"$contend" dump -o "$work/exec.%n" "$shown" >/dev/null 2>dump.err
is 'its waits are all there' "$(sum "$(decoded exec 0 block)" count ';wait_for_it;')" 10

killed reused SIGKILL
copy=$(region "$pid")
start_ticks=$(sed 's/.*) //' "/proc/$bystander/stat" | cut -d ' ' -f 20)
other=$own/$bystander.$((start_ticks - 1)).0
mv "$copy" "$other"
"$live/region_edit" "$other" pid "$bystander" && "$live/region_edit" "$other" process_start $((start_ticks - 1))
list
is 'an earlier process of the same number is dead' "$(awk -v pid="$bystander" '$1 == pid { print $9 }' list.out | xargs)" 'dead alive'
"$live/region_edit" "$other" 'boot_id[0]' 12345
"$live/region_edit" "$other" process_start "$start_ticks"
list
is 'one of another boot is dead whatever its number' "$(awk -v pid="$bystander" '$1 == pid { print $9, $11, $12, $13, $14, $15 }' list.out | head -n 1)" \
	'dead ended before the last boot'
rm "$other"

start_ending zombie "$live/endings" zombie "$live/exit_ways" exit_group_raw
is_dead 'a zombie' "$shown" 'exit_ways: exit status 3'
finish_program
check 'it is asked for its status' await test ! -d "/proc/$shown"
is_dead 'once it was asked' "$shown" "exit_ways: $unknown"
start_ending killed "$live/endings" zombie "$live/exit_ways" SIGTERM
is_dead 'a zombie that was killed' "$shown" 'exit_ways: killed by SIGTERM'
finish_program
profiled sandbox "$live/endings" sandbox
shown=$(sed -n 's/^ready //p' sandbox.out)
is_dead 'a sandboxed process' "$shown" \
	'endings: ended, in whatever way; it had put a seccomp filter on itself, under which nothing is written'
CONTEND_CHILDREN=0 start_ending survived "$live/endings" survived
check 'a process is killed' await test ! -d "/proc/$pid"
is_dead 'one whose child has its memory' "$shown" "endings: $unknown"
dump_dead dead
is 'all of them are dumped' "$(find "$own" -type f)" "$(region "$bystander")"
finish_program 2>/dev/null

profiled unwritten env CONTEND_OUT=/nonexistent/x.%n "$live/exit_ways" return
read -r pid _ <unwritten.out
is_dead 'one whose last dump failed' "$pid" 'exit_ways: ended by itself; its last dump failed: No such file or directory'
"$contend" dump -o "$work/unwritten.%n" "$pid" >dump.out 2>dump.err
is 'its waits are all there' "$(sum "$(decoded unwritten last block)" count ';wait_for_it;')" 10

# A region in the making has no magic yet.
: >"$own/$bystander.$start_ticks.5"
: >"$own/2147483647.1.0" && chmod 600 "$own"/*
list
is 'one that was never finished is told' "$(sed -E 's/.*contend-[0-9]+\///' list.err)" \
	'2147483647.1.0: a region that was never finished, and holds nothing: its process died as it began, or is beginning'
dump_dead dead
is 'and goes with the dead' "$(find "$own" -type f -size 0)" "$own/$bystander.$start_ticks.5"
rm "$own/$bystander.$start_ticks.5"

# What does not belong there, and what is damaged.
killed damaged SIGKILL
damaged=$(region "$pid")
for name in 11.1.0 12.1.0 13.1.0 14.1.0; do
	cp "$damaged" "$own/$name"
done
truncate -s -4096 "$own/11.1.0"
"$live/region_edit" "$own/12.1.0" version 999
"$live/region_edit" "$own/13.1.0" magic 1
chmod 644 "$own/14.1.0"
head -c 100000 /dev/urandom >"$own/15.1.0" && chmod 600 "$own/15.1.0"
ln -s "$damaged" "$own/16.1.0"
mkdir "$own/17.1.0"
mkfifo -m 600 "$own/18.1.0"
echo hello >"$own/notes"
list
is 'list fails where something is damaged' $? 1
is 'each is told in one line' "$(sed -E 's/.*contend-[0-9]+\///' list.err | sort)" \
	'11.1.0: not a region of libcontend, or a damaged one
12.1.0: a region of another version of libcontend
13.1.0: not a region of libcontend, or a damaged one
14.1.0: open to others than its user, or not the user'"'"'s own
15.1.0: not a region of libcontend, or a damaged one
16.1.0: a link, which is not followed
17.1.0: not a region of libcontend, or a damaged one
18.1.0: not a region of libcontend, or a damaged one
notes: not a region of libcontend, or a damaged one'
is 'the others are listed' "$(awk 'NR > 1 { print $1 }' list.out | xargs)" "$bystander $pid"
dump_dead dead
is 'a dump of the dead fails, too' $? 1
check 'the others are dumped' test -s "$work/dead.$pid.0.mutex.pb.gz"
is 'what is damaged stays' "$(find "$own" -mindepth 1 | wc -l)" 10
rm -r "$own"/1?.1.0 "$own/notes"

mkdir odd && cp "$live/exit_ways" $'odd/a"\\\e[31m'
profiled odd $'odd/a"\\\e[31m' SIGKILL 2>/dev/null
list
is 'a name does not get at the terminal' "$(grep -c $'\e' list.out)" 0
list --json
is 'nor out of its quotes' "$(/usr/bin/python3 -c 'import json; print(json.load(open("list.out"))[-1]["program"])')" 'a"\?[31m'
dump_dead odd

chmod 755 "$own"
list
is 'a directory that others may enter is refused' "$? $(cat list.err)" \
	"1 contend: $own: open to others than its user, or not the user's own"
chmod 700 "$own"

# systemd keeps cores under names that say whose they are.
killed crashed SIGKILL
core=core.exit_ways.$(id -u).$(tr -d - </proc/sys/kernel/random/boot_id).$pid.1700000000000000.zst
if unshare -m mount -t tmpfs none /var/lib 2>/dev/null; then
	said=$(unshare -m bash -c '
		mount -t tmpfs none /var/lib && mkdir -p /var/lib/systemd/coredump && cd /var/lib/systemd/coredump || exit
		touch "core.other.0.1.2.3.zst" "$2"
		/usr/bin/python3 -c "import os, sys; os.setxattr(sys.argv[1], \"user.coredump.signal\", b\"11\")" "$2" 2>/dev/null
		"$1" list' bash "$contend" "$core" | awk -v pid="$pid" '$1 == pid' | sed 's/.*exit_ways: //')
	is 'a core is told' "${said/killed by SIGSEGV/crashed}" "crashed, core in /var/lib/systemd/coredump/$core"
else
	skip 'cores that systemd keeps' 'no privilege to mount'
fi
dump_dead crashed

if [ "$(id -u)" = 0 ]; then
	cp "$live/exit_ways" "$LIBCONTEND" . && chmod 755 exit_ways libcontend.so
	as_other=(setpriv --reuid=nobody --clear-groups env "LD_PRELOAD=$work/libcontend.so")
	pid=$("${as_other[@]}" ./exit_ways SIGKILL 2>/dev/null | cut -d ' ' -f 1)
	list
	is 'other users are not listed' "$(state "$pid")" ''
	list --all
	is 'but by root with --all' "$(state "$pid")" "dead exit_ways: $unknown"
	rm -r "$CONTEND_REGION_DIR/contend-$(id -u nobody)"
	unshare --pid --fork "$live/endings" zombie true </dev/null >/dev/null 2>&1 && can_unshare=yes
else
	skip 'regions of other users' 'only root may see them'
fi

if [ "${can_unshare:-}" ]; then
	start_profiled elsewhere unshare --pid --fork --kill-child "$live/single_blocked" read
	check 'a process of another namespace' await says elsewhere.out blocked
	list
	is 'its number says nothing here' "$(grep -c ' elsewhere  *single_blocked$' list.out)" 1
	before=$(find "$own" -type f | sort)
	dump_dead other
	is 'it is not taken for dead' "$(find "$own" -type f | sort)" "$before"
	exec 9>&-
	wait "$pid"
	list
	is 'it has ended as others do' "$(grep -c 'single_blocked' list.out)" 1
else
	skip 'processes of another namespace' 'there may be none'
fi
# Where memory is short nothing is kept: a region takes from all.
if unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
	read -r room left <<<"$(unshare -m bash -c '
		mount -t tmpfs -o size=32m none /mnt && export CONTEND_REGION_DIR=/mnt CONTEND_OUT=/nonexistent/x || exit
		LD_PRELOAD=$1 "$2" return >/dev/null 2>&1
		find /mnt -type f | wc -l
		head -c 20m /dev/zero >/mnt/filler
		LD_PRELOAD=$1 "$2" return >/dev/null 2>&1
		find /mnt -type f ! -name filler | wc -l' bash "$LIBCONTEND" "$live/exit_ways" | xargs)"
	is 'where there is room, what could not be written is kept' "$room" 1
	is 'but not where more than half is taken' "$left" 1
else
	skip 'a file system that is nearly full' 'no privilege to mount'
fi
exec 8>&-
wait "$bystander"
is 'in the end there is no region' "$(find "$own" -type f)" ''
finish
