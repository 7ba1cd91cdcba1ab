#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 180
# A Go library in a C program leaves our handler of the dump signal alone, so that it runs on Go's threads, at any moment of
# goroutines, whose stacks are too small for any handler.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs go gcc
compiles_itself
export GOCACHE=$BUILD/go-cache GO111MODULE=off

compute()
{
	local signal=12

	[ $way = bare ] && signal=
	start "$work/goroutines" "$work/goroutines.so" $signal
	is_ended 9
	cp "$here/out" "$here/answers"
	[ $way = bare ] && return
	at_least "$way: many signals were sent" "$(cat "$here/err")" 100
	at_least "$way: and dumps made" "$(find "$here/profiles" -name '*.block.pb.gz' | wc -l)" 2
	profiled_well goroutines 1
	shows_kind mutex '_hold_in_c;' 10
}

check 'the library is compiled' go build -buildmode=c-shared -o "$work/goroutines.so" "$ROOT/tests/live/programs/goroutines.go"
check 'the program is compiled' gcc -O2 -Wall -Wextra -D_GNU_SOURCE -o "$work/goroutines" "$ROOT/tests/live/programs/goroutines.c" -lpthread
every_way compute
finish
