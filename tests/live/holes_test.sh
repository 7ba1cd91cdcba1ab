#!/bin/bash
# SPDX-License-Identifier: MIT
# Objects whose segments do not lie side by side, as large programs are linked: their functions have names, their stacks
# go on.
. "${ROOT:-$PWD}/tests/live/common.sh"

apart=-Wl,--section-start=.text=0x2000000
build=(gcc -O2 -g -D_GNU_SOURCE -iquote "$ROOT/tests")
sources=("$ROOT/tests/live/stripped.c" "$ROOT/tests/check.c" "$ROOT/tests/check_threads.c")

# Is there a hole between the loadable segments?
has_hole()
{
	readelf -lW "$1" | awk '$1 == "LOAD" { start = strtonum($3); if (end && start - end > 0x1000000) hole = 1
		end = start + strtonum($6) } END { exit !hole }'
}

has_whole_stacks()
{
	local name=$1 program=$2 block mutex

	check "$name: the program ends well" profiled "$name" "$program"
	block=$(decoded "$name" last block)
	mutex=$(decoded "$name" last mutex)
	is "$name: secret_wait waited" "$(sum "$block" count '^pthread_mutex_lock;secret_wait;.*_start')" 5
	is "$name: secret_hold was charged" "$(sum "$mutex" count '^pthread_mutex_unlock;secret_hold;.*clone3')" 10
	check "$name: nothing was cut" grep -q '^# comment .*lost: nothing' "$block"
}

check 'a program with a hole' "${build[@]}" -no-pie "$apart" -o "$work/program" "${sources[@]}" -lpthread
check 'it has one' has_hole "$work/program"
has_whole_stacks program "$work/program"

echo 'int library_main(void); int main(void) { return library_main(); }' >"$work/main.c"
check 'a library with a hole' "${build[@]}" -shared -fPIC "$apart" -Dmain=library_main -o "$work/libholes.so" "${sources[@]}"
check 'it has one, too' has_hole "$work/libholes.so"
check 'a program that uses it' gcc -o "$work/user" "$work/main.c" "$work/libholes.so" -Wl,-rpath,"$work" -lpthread
has_whole_stacks library "$work/user"
finish
