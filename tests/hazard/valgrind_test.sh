#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 180
# Goal: under valgrind's memcheck a program has as many errors and leaks with us as without: none; also where objects are freed right
# after they were given up. With our suppressions helgrind and drd report no race but the program's own.
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

check 'objects on the heap' gcc -O1 -g -D_GNU_SOURCE -DHAZARD_ON_HEAP -iquote "$ROOT/tests" -o "$TMPDIR/freed" \
	"$ROOT/tests/hazard/unmapped_after_unlock.c" -lpthread
env "${everything[@]}" CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1 \
	valgrind --error-exitcode=9 "$TMPDIR/freed" 100 >"$TMPDIR/out" 2>&1
is 'objects freed after unlock: clean preloaded' $? 0
at_least 'valgrind looked' "$(grep -c 'ERROR SUMMARY: 0 errors' "$TMPDIR/out")" 1

races()
{
	sed -n 's/.*ERROR SUMMARY: [0-9]* errors from \([0-9]*\) contexts.*/\1/p' "$TMPDIR/out"
}

for tool in helgrind drd; do
	valgrind --tool=$tool "$hazard/valgrind_races" >"$TMPDIR/out" 2>&1
	is "$tool: none bare" "$(races)" 0
	env "${everything[@]}" CONTEND_WAKERS=1 valgrind --tool=$tool --suppressions="$ROOT/interpose/valgrind.supp" \
		"$hazard/valgrind_races" >"$TMPDIR/out" 2>&1
	is "$tool: the program ends well preloaded" $? 0
	is "$tool: none preloaded" "$(races)" 0
	[ "$(races)" = 0 ] || note "$(head -n 60 "$TMPDIR/out")"
	env "${everything[@]}" CONTEND_WAKERS=1 valgrind --tool=$tool --suppressions="$ROOT/interpose/valgrind.supp" \
		"$hazard/valgrind_races" race >"$TMPDIR/out" 2>&1
	at_least "$tool: the program's own race is found" "$(races)" 1
done
finish
