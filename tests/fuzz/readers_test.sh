#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# Each fuzzed reader takes all of its corpus, and some thousand inputs that are made from it: the same ones each time, as many as
# the time allows.
. "$ROOT/tests/tap.sh"
. "$ROOT/tests/fuzz/common.sh"
runs=4000
seconds=10
total=0

# What the fuzzer has to say about its finding, and the input, to be kept by whoever looks into it.
finding()
{
	grep -vE 'NEW|REDUCE|pulse|INFO|    #[0-9]+ .* fuzzer::' "$TMPDIR/$1.log" | head -n 30
	base64 -w 0 "$TMPDIR/$1".crash* "$TMPDIR/$1".timeout* "$TMPDIR/$1".oom* 2>/dev/null
}

for reader in $(readers); do
	mkdir -p "$TMPDIR/$reader"
	files=$(find "$ROOT/tests/fuzz/corpus/$reader" -type f | wc -l)
	at_least "$reader: there is a corpus" "$files" 10
	said=
	fuzz "$reader" -seed=1 -runs=$runs -max_total_time=$seconds -artifact_prefix="$TMPDIR/$reader." "$TMPDIR/$reader" \
		>"$TMPDIR/$reader.log" 2>&1 || said=$(finding "$reader")
	none "$reader: nothing is found" "$said"
	inputs=$(statistic number_of_executed_units "$TMPDIR/$reader.log")
	at_least "$reader: the corpus was read" "$inputs" "$files"
	total=$((total + inputs))
done
note "shown: $total inputs"

cat >"$TMPDIR/control.c" <<'END'
#include "arena.h"
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena arena = {0};
	volatile const char *piece = arena_alloc(&arena, 3);
	char byte = piece[size > 3 && data[0] == 'x' ? 3 : 0];

	arena_free(&arena);
	return byte;
}
END
check 'a reader that goes one byte too far is built' clang -D_GNU_SOURCE -iquote "$ROOT/report" \
	-fsanitize=fuzzer,address,undefined -o "$TMPDIR/control" "$TMPDIR/control.c" "$BUILD/fuzz/report.a"
refuse 'and found out' "$TMPDIR/control" -seed=1 -runs=100000 -artifact_prefix="$TMPDIR/control."
at_least 'by its input' "$(find "$TMPDIR" -name 'control.crash*' | wc -l)" 1
at_most 'the corpus is small, in bytes' "$(cat "$ROOT"/tests/fuzz/corpus/*/* | wc -c)" 300000
finish
