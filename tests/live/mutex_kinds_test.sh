#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: waits are compared with the program's own clock
# Every kind of mutex and every function that waits for one, at three levels of optimization: counts, delays, leaf and caller.
. "${ROOT:-$PWD}/tests/live/common.sh"

rounds=20

build_variant()
{
	local name=$1

	shift
	${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -g "$@" -iquote "$ROOT/tests" -o "$work/mutex_kinds$name" \
		"$ROOT/tests/live/mutex_kinds.c" "$ROOT/tests/check.c" "$ROOT/tests/check_threads.c" -lpthread
}

# One line of the program's output against the profiles of run $1.
check_case()
{
	local run=$1 name=$2 waited=$4 error=$5 function=${2#*_} mutex=$work/$1.mutex.txt block=$work/$1.block.txt leaf

	case $function in
	timeout) leaf=pthread_mutex_timedlock ;;
	*) leaf=pthread_mutex_$function ;;
	esac
	if [ "$error" = EPERM ]; then
		skip "$run: $name" 'a priority ceiling needs the right to real-time scheduling'
		return
	fi
	is "$run: wait_$name waited $rounds times" "$(sum "$block" count "^$leaf;wait_$name;" '^kind=mutex$')" $rounds
	near "$run: wait_$name waited as long as it says" "$(sum "$block" delay "^$leaf;wait_$name;" '^kind=mutex$')" "$waited" 5
	if [ "$function" = timeout ]; then
		is "$run: no release is charged for a wait that had timed out" "$(sum "$mutex" count "hold_$name;")" 0
		return
	fi
	is "$run: hold_$name is charged $rounds times" "$(sum "$mutex" count "^pthread_mutex_unlock;hold_$name;")" $rounds
	near "$run: hold_$name is charged what was waited" "$(sum "$mutex" delay "^pthread_mutex_unlock;hold_$name;")" "$waited" 5
}

check_variant()
{
	local run=mutex_kinds$1 line

	check "$run: the program ends well" profiled "$run" "$work/$run"
	mv "$(decoded "$run" last mutex)" "$work/$run.mutex.txt"
	mv "$(decoded "$run" last block)" "$work/$run.block.txt"
	is "$run: all cases were run" "$(wc -l <"$work/$run.out")" 25
	while read -r -a line; do
		check_case "$run" "${line[@]}"
	done <"$work/$run.out"
}

for options in -O0 -O2 '-O2 -flto'; do
	# shellcheck disable=SC2086 # a list
	check "builds with $options" build_variant "${options// /}" $options
	check_variant "${options// /}"
done
finish
