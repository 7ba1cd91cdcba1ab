#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Java: one program (Waits.java) with monitors, java.util.concurrent, sockets and processes, that prints what came of it.
. "${ROOT:-$PWD}/tests/live/programs/common.sh"

needs java javac
compiles_itself
settings=(CONTEND_SIGNAL=none) # HotSpot has its own use for SIGUSR2

compute()
{
	[ $way = defaults ] && settings=() # which it takes
	start java -XX:+UseG1GC -Xmx256m -cp "$work" Waits "$here"
	is_ended 7
	cp "$here/out" "$here/answers"
	is "$way: it complains of nothing" "$(cat "$here/err")" ''
	profiled_well java 1
	shows_kind cond 'pthread_cond_(timed)?wait;.*(Monitor|Park|park)' 100
	shows_kind cond '^pthread_cond_(timed)?wait;.*;[[]truncated]$' 100 # it ends in compiled code, and says so
	shows_kind poll '' 1
	shows_kind accept '' 1
}

check 'it is compiled' javac -d "$work" "$ROOT/tests/live/programs/Waits.java"
every_way compute
finish
