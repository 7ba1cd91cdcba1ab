#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: waits are compared with the program's own clock
# What waits in the C++ library, at three levels of optimization and with two compilers: stacks, kinds, counts and delays; and
# the names by which a reader knows it.
. "${ROOT:-$PWD}/tests/live/families.sh"

check_families O0 cxx.cc g++ -O0
check_families O2 cxx.cc g++ -O2
check_families lto cxx.cc g++ -O2 -flto
check_families clang cxx.cc clang++ -std=gnu++17 -O2

number=$(last_dump O2)
for profile in mutex block; do
	check "pprof reads the $profile profile" pprof -top -nodecount=500 -output "$work/$profile.top" "$work/O2.$number.$profile.pb.gz"
	is "no mangled name in $profile" "$(grep -c _ZN "$work/$profile.top")" 0
done
check 'members of templates are named where they held' grep -q 'shop::Till::hold$' "$work/mutex.top"
for class in Till Shelf Opening Errand; do
	check "shop::$class is named where it waited" grep -q "shop::$class::wait\$" "$work/block.top"
done
check 'the library is named between' grep -q 'std::thread::join$' "$work/block.top"
finish
