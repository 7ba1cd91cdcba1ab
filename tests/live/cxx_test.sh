#!/bin/bash
# SPDX-License-Identifier: MIT
# The locks and condition variables of the C++ library, by names that a reader knows.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled cxx "$live/cxx"
number=$(last_dump cxx)
for profile in mutex block; do
	check "pprof reads the $profile profile" pprof -top -nodecount=500 -output "$work/$profile.top" "$work/cxx.$number.$profile.pb.gz"
	is "no mangled name in $profile" "$(grep -c _ZN "$work/$profile.top")" 0
	check "template members are named in $profile" grep -q 'shop::Till::take$' "$work/$profile.top"
done
check 'wait_for of condition_variable is named' grep -q 'shop::Shelf::wait_for_goods$' "$work/block.top"
check 'wait of condition_variable_any is named' grep -q 'shop::Shelf::wait_for_any_goods$' "$work/block.top"
block=$(decoded cxx last block)
is "the three kinds of lock are told apart" "$(grep -o "_ZN4shop4TillI[^;]*4takeEi" "$block" | sort -u | wc -l)" 3
is 'the waits for goods are two' "$(sum "$block" count 'shop5Shelf' kind=cond)" 2
at_least 'the waits for locks are many' "$(sum "$block" count '^pthread_mutex_lock;.*4Till' kind=mutex)" 10
finish
