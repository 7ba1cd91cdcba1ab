#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Whichever way a process ends, its waits can be had: from the files that its end wrote, or from the region it left.
. "${ROOT:-$PWD}/tests/live/common.sh"

# NAME RUN NUMBER: both profiles tell what the program said before its end.
tells_all()
{
	local process rounds waited mutex block

	read -r process rounds waited <"$work/$2.out"
	mutex=$(decoded "$2" "$3" mutex)
	block=$(decoded "$2" "$3" block)
	is "$1: all waits are in the block profile" "$(sum "$block" count '^pthread_mutex_lock;wait_for_it;(known_waits_[^;]*;)*main;')" \
		"$rounds"
	near "$1: their time is" "$(sum "$block" delay ';wait_for_it;')" "$waited" 10
	is "$1: all releases are in the mutex profile" \
		"$(sum "$mutex" count '^pthread_mutex_unlock;hold_it;known_waits_holder;start_thread;')" "$rounds"
}

ends_with()
{
	local way=$1 status=$2

	profiled "$way" "$live/exit_ways" "$way"
	is "$way: the exit status is the program's" $? "$status"
	is "$way: nothing is said" "$(cat "$work/$way.err")" ''
	is "$way: one dump" "$(find "$work" -name "$way.*.pb.gz" | wc -l)" 2
	tells_all "$way" "$way" last
}

regions()
{
	find "$CONTEND_REGION_DIR" -type f -name "$1.*" 2>/dev/null
}

# WAY STATUS WORDS [--region]: the process writes nothing at its end, and the tool says WORDS of that.
is_killed_by()
{
	local way=$1 status=$2 words=$3 process region which

	profiled "$way" "$live/exit_ways" "$way"
	is "$way: the program ends by it" $? "$status"
	is "$way: it writes nothing" "$(find "$work" -name "$way.*.pb.gz" | wc -l)" 0
	read -r process _ <"$work/$way.out"
	region=$(regions "$process")
	check "$way: its region is there" test -f "$region"
	[ "${4:-}" ] && which=(--region "$region") || which=("$process")
	[ "$words" = fault ] && words=$(words_of_fault "$process")
	"$contend" dump -o "$work/$way.%n" "${which[@]}" >"$work/dump.out" 2>"$work/dump.err"
	is "$way: the tool dumps it" $? 0
	is "$way: it says what ended it" "$(sed -E 's/ ip [0-9a-f]+$//' "$work/dump.err")" \
		"contend: process $process (exit_ways): $words"
	check "$way: its region is gone" test ! -e "$region"
	tells_all "$way" "$way" last
}

unknown='ended without a word (killed, or by a raw system call)'

# The kernel's log can be out of reach, and the kernel does not write a line for each of many faults.
words_of_fault()
{
	if dmesg 2>/dev/null | grep -qF "exit_ways[$1]: segfault at 0 "; then
		echo 'killed by a fault: segfault at 0'
	else
		echo "$unknown"
	fi
}

# The other region must survive what is done to the dead ones.
start_profiled bystander "$live/single_blocked" read
bystander=$pid
check 'a bystander runs' await says "$work/bystander.out" blocked

for way in return exit exit_in_thread quick_exit _exit _Exit exit_group execl execvp execve_empty; do
	ends_with $way 3
done
ends_with last_pthread_exit 0

# What the shell itself says of the signal is not the program's.
is_killed_by_quietly()
{
	is_killed_by "$@" 2>/dev/null
}

aborted='killed by SIGABRT, most likely; it had called abort()'
is_killed_by_quietly abort 134 "$aborted"
is_killed_by_quietly assert 134 "$unknown" # libc's own call of abort
is_killed_by_quietly SIGTERM 143 "$unknown"
is_killed_by_quietly SIGINT 130 "$unknown"
is_killed_by_quietly SIGSEGV 139 fault --region
is_killed_by_quietly SIGKILL 137 "$unknown"
is_killed_by_quietly exit_group_raw 3 "$unknown"
is_killed_by_quietly execve_raw 3 "$unknown" # and its second program, which waited for nothing, ended as programs do

# A handler that interrupts our dump may end the process; the last dump, which cannot be made then, is the tool's to make.
for ((tries = 0; tries < 50; tries++)); do
	profiled exit_in_dump "$live/exit_ways" exit_in_dump || status=$?
	read -r process _ <"$work/exit_in_dump.out"
	[ "$(regions "$process")" ] && break
	rm -f "$work"/exit_in_dump.*
done
is 'exit_in_dump: the exit status is the program'"'"'s' "$status" 3
"$contend" dump -o "$work/exit_in_dump.%n" "$process" >"$work/dump.out" 2>"$work/dump.err"
is 'exit_in_dump: the tool dumps it' $? 0
is 'exit_in_dump: and knows that it was amid a dump' "$(cat "$work/dump.err")" \
	"contend: process $process (exit_ways): ended before its last dump was written; it was writing a dump"
tells_all exit_in_dump exit_in_dump last
is 'exit_in_dump: no file was left half written' "$(find "$work" -name '.contend.*')" ''

check 'the bystander has its region' test -f "$(regions "$bystander")"
pid=$bystander
finish_program
check 'and its dump' test "$(last_dump bystander)"
is 'and no region after its end' "$(regions "$bystander")" ''
finish
