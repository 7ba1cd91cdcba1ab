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

libraries=/usr/lib/x86_64-linux-gnu
faketime=$libraries/faketime/libfaketime.so.1
for library in $libraries/libjemalloc.so.2 $libraries/libtcmalloc.so.4 $libraries/libunwind.so.8 "$faketime"; do
	if [ ! -e "$library" ]; then
		skip "${library##*/}" 'not installed'
		continue
	fi
	for list in "$library:$LIBCONTEND" "$LIBCONTEND:$library"; do
		for program in "$contends" "$allocates"; do
			check "${program##*/} with ${list//"$LIBCONTEND"/us}" \
				env LD_PRELOAD="$list" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 FAKETIME=-15d "$program"
		done
	done
done

# A clock that runs ten times as fast, for those who ask libc: half a second is over in 50 ms.
if [ -e "$faketime" ]; then
	for list in "$faketime:$LIBCONTEND" "$LIBCONTEND:$faketime"; do
		name=${list//"$LIBCONTEND"/us}
		env LD_PRELOAD="$list" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT="$TMPDIR/fast" FAKETIME='+0 x10' sleep 0.5
		is "sleep with $name" $? 0
		"$BUILD/tests/decode" "$TMPDIR"/fast.block.pb.gz >"$TMPDIR/fast.txt"
		delay_ms=$(awk -F '\t' '/^[0-9]/ && $3 ~ /kind=sleep/ { ns += $2 } END { print int(ns / 1000000) }' "$TMPDIR/fast.txt")
		at_least "the wait is real time: ${name##*/}" "$delay_ms" 50
		at_most "and no other: ${name##*/}" "$delay_ms" 400
		rm -f "$TMPDIR"/fast*
	done
else
	skip 'another clock' 'libfaketime is not installed'
fi
finish
