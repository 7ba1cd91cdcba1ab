#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# No cache line is written by two threads that have nothing to do with each other: what a call writes that need not wait is its thread's
# own, and what is written by those who wait for one object is not written by those who wait for another.
. "${ROOT:-$PWD}/tests/live/common.sh"

# traced NAME WHAT [VARIABLE=VALUE...]: every check that the program makes holds.
traced()
{
	local name=$1 what=$2

	shift 2
	if [ "$(uname -m)" != x86_64 ]; then
		skip "$name" 'writes are traced by single-stepping, on x86-64'
		return
	fi
	env LD_PRELOAD="$LIBCONTEND" CONTEND_EXIT=0 "$@" "$live/written_lines" "$what" >"$work/out" 2>"$work/err"
	is "$name: the program ends well" "$? $(cat "$work/err")" '0 '
	is "$name: all checks hold" "$(grep -v '^ok [^#]*$' "$work/out" | grep -v '^1\.\.')" ''
	at_least "$name: checks that were made" "$(grep -c '^ok' "$work/out")" "${least:-14}"
}

# What is seen for the first time is entered in tables that all share: with these settings that is over when the trace begins.
nothing=(CONTEND_FRACTION=2147483647 CONTEND_BLOCK_RATE=86400s)
everything=(CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1)
least=30 traced 'calls that need not wait' pairs "${nothing[@]}"
least=30 traced 'the same with options that do not concern them' pairs "${nothing[@]}" CONTEND_HISTOGRAM=1 CONTEND_PAIRS=1
traced 'waits, nothing kept' sides "${nothing[@]}"
traced 'waits, everything recorded' sides "${everything[@]}"
traced 'waits, with all options' sides "${everything[@]}" CONTEND_WAKERS=1 CONTEND_SEM_AS_LOCK=1 CONTEND_HOLD_RATE=1 CONTEND_PAIRS=1
finish
