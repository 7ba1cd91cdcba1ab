#!/bin/bash
# SPDX-License-Identifier: MIT
# Every function of ours, assembler included, has unwind information: a cancelled thread must get through it. (The two private
# libraries are never below an application's frame that could be cancelled.)
. "$ROOT/tests/tap.sh"

# uncovered FILE: functions whose first address no frame description covers; how many were looked at in $TMPDIR/seen.
uncovered()
{
	{
		readelf --debug-dump=frames "$1" 2>/dev/null | sed -n 's/.* FDE .*pc=\([0-9a-f]*\)\.\.\([0-9a-f]*\)$/\1 begin \2/p'
		readelf -sW "$1" | awk '$4 == "FUNC" && $7 != "UND" && $3 > 0 { print $2, "symbol", $8 }'
	} | sort -u | awk '
		# All addresses have the same width, so that they compare as text; ranges come before the symbols in them.
		$2 == "begin" && $3 "" > limit "" { limit = $3 }
		$2 == "symbol" { seen++ }
		$2 == "symbol" && $1 "" >= limit "" { print $3 }
		END { print seen + 0 >FILE }' FILE="$TMPDIR/seen" | sed "s/@.*//" | sort -u
}

for folder in interpose sampling report; do
	nm --defined-only "$BUILD/$folder"/*.o
done | awk '$2 ~ /^[TtWi]$/ { print $3 }' | sort -u >"$TMPDIR/ours"
at_least 'there are functions of ours' "$(wc -l <"$TMPDIR/ours")" 100
none 'every one of them is covered' "$(uncovered "$LIBCONTEND" | comm -12 - "$TMPDIR/ours")"
note "functions looked at: $(cat "$TMPDIR/seen")"
at_least 'there were functions to look at' "$(cat "$TMPDIR/seen")" 100

printf '.section .note.GNU-stack\n.text\n.globl bare\n.type bare, @function\nbare: nop\n ret\n.size bare, . - bare\n' >"$TMPDIR/bare.s"
echo 'int covered(int x); int covered(int x) { return x; }' >"$TMPDIR/covered.c"
gcc -shared -fPIC -Wl,-z,noexecstack -o "$TMPDIR/control.so" "$TMPDIR/bare.s" "$TMPDIR/covered.c"
is 'a function without would be noticed' "$(uncovered "$TMPDIR/control.so")" bare
finish
