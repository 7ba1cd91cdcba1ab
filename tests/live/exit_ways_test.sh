#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Whichever way a process ends, its waits can be had: from the files that its end wrote, or from the region it left.
. "${ROOT:-$PWD}/tests/live/common.sh"

# NAME RUN NUMBER: both profiles tell what the program said before its end.
tells_all()
{
	local process rounds waited mutex block

	read -r process rounds waited <"$work/$2.out"
	mutex=$(decoded "$2" "$3" mutex)
	block=$(decoded "$2" "$3" block)
	is "$1: all waits are in the block profile" "$(sum "$block" count '^pthread_mutex_lock;wait_for_it;(known_waits_run[^;]*;)?main;')" \
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

is_killed_by()
{
	local way=$1 status=$2 process region which

	profiled "$way" "$live/exit_ways" "$way"
	is "$way: the program dies of it" $? "$status"
	is "$way: a dead process writes nothing" "$(find "$work" -name "$way.*.pb.gz" | wc -l)" 0
	read -r process _ <"$work/$way.out"
	region=$(regions "$process")
	check "$way: its region is there" test -f "$region"
	[ "${3:-}" ] && which=(--region "$region") || which=("$process")
	"$contend" dump -o "$work/$way.%n" "${which[@]}" >"$work/dump.out" 2>"$work/dump.err"
	is "$way: the tool dumps it" $? 0
	is "$way: without complaint" "$(cat "$work/dump.err")" ''
	tells_all "$way" "$way" last
}

# The other region must survive what is done to the dead ones.
start_profiled bystander "$live/single_blocked" read
bystander=$pid
check 'a bystander runs' await says "$work/bystander.out" blocked

for way in return exit exit_in_thread quick_exit _exit _Exit execl execvp execve_empty; do
	ends_with $way 3
done
ends_with last_pthread_exit 0

# What the shell itself says of the signal is not the program's.
is_killed_by_quietly()
{
	is_killed_by "$@" 2>/dev/null
}

is_killed_by_quietly abort 134
is_killed_by_quietly SIGTERM 143
is_killed_by_quietly SIGSEGV 139 --region
is_killed_by_quietly SIGKILL 137

check 'the bystander has its region' test -f "$(regions "$bystander")"
pid=$bystander
finish_program
check 'and its dump' test "$(last_dump bystander)"
is 'and no region after its end' "$(regions "$bystander")" ''
finish
