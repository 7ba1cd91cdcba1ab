#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 180
# Go with C: one program (waits.go) of goroutines that wait in C, that prints what came of it. Go ends a process by a
# system call of its own, as a kill would: the region stays, and the tool writes the profiles.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs go gcc
compiles_itself
export GOCACHE=$BUILD/go-cache GO111MODULE=off

compute()
{
	local process

	start "$work/waits"
	process=$server
	is_ended 9
	cp "$here/out" "$here/answers"
	is "$way: it complains of nothing" "$(cat "$here/err")" ''
	[ $way = bare ] || check "$way: the tool dumps what it left" "$contend" dump -o "$here/profiles/waits.$process.%n" "$process"
	profiled_well waits 1
	shows_kind mutex '_hold_in_c;' 10
	shows_kind cond '_take_turn_in_c;' 100
	shows_kind sleep '_hold_in_c;' 10
	shows_kind join '_threads_of_c;' 1
	shows_holder '_hold_in_c;' 10
}

check 'it is compiled' go build -o "$work/waits" "$ROOT/tests/live/programs/waits.go"
every_way compute
finish
