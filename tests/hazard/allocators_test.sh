#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# Goal: with each allocator that programs link or preload, in either order, malloc stays that allocator's, threads that meet inside
# it while everything is recorded come through, and what configures an application's jemalloc has no effect on ours.
. "$ROOT/tests/hazard/common.sh"
program=$hazard/allocators
libraries=/usr/lib/x86_64-linux-gnu
out=$TMPDIR/profiles

# works NAME OBJECT VARIABLE=VALUE... PROGRAM: bare, and with each list of preloads; `%` in a value is us. In all of them malloc is
# in that object.
works()
{
	local name=$1 object=$2 bare preloaded

	shift 2
	bare=$(env "${@//%:/}" 2>"$said")
	is "$name: bare" $? 0
	is "$name: malloc is where it should be" "$(sed -n '1s/malloc is in //p' <<<"$bare")" "$object"
	rm -rf "$out" && mkdir "$out"
	preloaded=$(env HAZARD_PRELOADED=1 CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT="$out/%n" \
		"${@//%/$LIBCONTEND}" 2>"$said")
	is "$name: preloaded" $? 0
	is "$name: says the same" "$preloaded" "$bare"
	none "$name: nothing is complained about" "$(cat "$said")"
	"$BUILD/tests/decode" "$(find "$out" -name '*.block.pb.gz' | sort -V | tail -n 1)" >"$TMPDIR/block"
	at_least "$name: its waits were recorded" "$(grep -c '^[0-9]' "$TMPDIR/block")" 1
	is "$name: nothing is lost" "$(grep '^# comment # lost:' "$TMPDIR/block" | sort -u)" '# comment # lost: nothing'
}

works libc libc.so.6 LD_PRELOAD=%: "$program"
for library in libjemalloc.so.2 libtcmalloc.so.4 libtcmalloc_minimal.so.4 libmimalloc.so.2; do
	file=$(readlink -f $libraries/$library)
	if [ ! -e "$file" ]; then
		skip $library 'not installed'
		continue
	fi
	works "$library before us" $library LD_PRELOAD="$library:%:" "$program"
	works "$library behind us" $library LD_PRELOAD="%:$library" "$program"
	gcc -O2 -D_GNU_SOURCE -iquote "$ROOT/tests" -rdynamic -o "$TMPDIR/linked" "$ROOT/tests/hazard/allocators.c" \
		-Wl,--no-as-needed "$file" -lpthread
	works "$library linked" $library LD_PRELOAD=%: "$TMPDIR/linked"
	case $library in
	libjemalloc*) at_least "waits inside $library are seen" "$(grep -c 'libjemalloc\|[;_]malloc\|[;_]free' "$TMPDIR/block")" 1 ;;
	esac
done

bad=abort_conf:true,no_such_option:1,junk:true,background_thread:true,prof:true,prof_final:true
works 'the configuration of a jemalloc' libc.so.6 LD_PRELOAD=%: MALLOC_CONF=$bad "$program"
if command -v strace >/dev/null; then
	strace -f "${everything[@]/#/-E}" -e trace=file -o "$TMPDIR/trace" "$program" >/dev/null 2>&1
	at_least 'files were traced' "$(grep -c libc.so "$TMPDIR/trace")" 1
	none 'nor is a file asked for it' "$(grep malloc.conf "$TMPDIR/trace")"
else
	skip 'files that are asked for' 'strace is not installed'
fi
finish
