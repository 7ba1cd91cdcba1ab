#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 180
# Goal: under valgrind's memcheck a program has as many errors and leaks with us as without: none.
. "$ROOT/tests/hazard/common.sh"
command -v valgrind >/dev/null || { echo 'valgrind is not installed'; exit 77; }

memcheck()
{
	valgrind --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
		--trace-children=no "$@"
}

for name in program_defines_lock startup_preinit c11_threads_only; do
	memcheck "$hazard/$name" >"$TMPDIR/out" 2>&1
	is "$name is clean bare" $? 0
	env "${everything[@]}" valgrind --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect \
		--errors-for-leak-kinds=definite,indirect "$hazard/$name" >"$TMPDIR/out" 2>&1
	status=$?
	is "$name is clean preloaded" "$status" 0
	[ $status = 0 ] || sed 's/^/#   /' "$TMPDIR/out" | head -n 60
	at_least 'valgrind looked' "$(grep -c 'ERROR SUMMARY: 0 errors' "$TMPDIR/out")" 1
done
finish
