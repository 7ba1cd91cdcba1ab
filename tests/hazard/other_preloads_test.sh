#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Goal: beside other preloaded libraries, in both orders: fakeroot, which wraps much of libc and talks to a server; allocators with
# pthread mutexes of their own; the stock libunwind, which shadows the unwinder of C++.
. "$ROOT/tests/hazard/common.sh"
contends=$hazard/program_defines_lock
allocates=$hazard/thread_churn

if command -v fakeroot >/dev/null; then
	bare=$(fakeroot -- sh -c "id -u; '$contends'")
	is 'fakeroot works bare' $? 0
	preloaded=$(env "${everything[@]}" fakeroot -- sh -c "id -u; '$contends'" 2>"$said")
	is 'fakeroot before us' $? 0
	is 'the same output' "$preloaded" "$bare"
	preloaded=$(fakeroot -- sh -c "LD_PRELOAD=$LIBCONTEND:\$LD_PRELOAD CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 sh -c \"id -u; '$contends'\"" 2>"$said")
	is 'fakeroot behind us' $? 0
	is 'the same output behind us' "$preloaded" "$bare"
else
	skip fakeroot 'not installed'
fi

for library in libjemalloc.so.2 libtcmalloc.so.4 libunwind.so.8 libfaketime.so.1; do
	if ! LD_PRELOAD=$library /bin/true 2>&1 | grep -q .; then
		for list in "$library:$LIBCONTEND" "$LIBCONTEND:$library"; do
			for program in "$contends" "$allocates"; do
				check "${program##*/} with ${list//"$LIBCONTEND"/us}" \
					env LD_PRELOAD="$list" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 "$program"
			done
		done
	else
		skip "$library" 'not installed'
	fi
done
finish
