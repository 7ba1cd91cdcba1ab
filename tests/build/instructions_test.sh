#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Goal of this test: what an uncontended call costs is what tests/bench/instructions.txt says, to the instruction.
. "$ROOT/tests/tap.sh"
list=$ROOT/tests/bench/instructions.txt

# Of two lists, the second on standard input: what differs, a line for each pair and setting.
differences()
{
	awk 'BEGIN { settings = split("by default,off,with options", words, ",") }
		/^#/ { next }
		NR == FNR { for (i = 1; i <= settings; i++) recorded[$1, i] = $(i + 1); is_known[$1]; next }
		{ is_there[$1] }
		!($1 in is_known) { print $1 ": not recorded"; next }
		{ for (i = 1; i <= settings; i++) if ($(i + 1) != recorded[$1, i])
			print $1 ", " words[i] ": " recorded[$1, i] " recorded, " $(i + 1) " now" }
		END { for (pair in is_known) if (!(pair in is_there)) print pair ": recorded, and is no pair now" }' "$1" -
}

# Of two such lists the lesser numbers.
least()
{
	awk '/^#/ { next }
		NR == FNR { before[$1] = $0; next }
		{ split(before[$1], numbers); for (i = 2; i <= NF; i++) if (numbers[i] < $i) $i = numbers[i]; print }' "$1" "$2"
}

measure()
{
	bash "$ROOT/tests/bench/instructions.sh" >"$TMPDIR/now" 2>"$TMPDIR/err"
}

origin()
{
	grep -E '^# (compiler|flags|clock):' "$1"
}

measure
status=$?
if [ $status = 77 ]; then
	skip 'instructions of each pair' 'no process may be traced here'
	finish
fi
is 'they can be counted' "$status $(cat "$TMPDIR/err")" '0 '
other=$(diff <(origin "$list") <(origin "$TMPDIR/now") | grep '^[<>]')
if [ "$other" ]; then
	skip 'instructions of each pair' "recorded with, and now: ${other//$'\n'/ }"
	finish
fi
# Again, if need be, for what depends on addresses or on time: less is always possible, and what is less in any of them counts.
differs=$(differences "$list" <"$TMPDIR/now")
for ((again = 0; again < 3 && ${#differs} > 0; again++)); do
	mv "$TMPDIR/now" "$TMPDIR/before"
	measure
	differs=$(least "$TMPDIR/before" "$TMPDIR/now" | tee "$TMPDIR/both" | differences "$list")
	mv "$TMPDIR/both" "$TMPDIR/now"
done
none 'each pair takes the instructions that are recorded' "${differs:+$differs
if that is meant: bash tests/bench/instructions.sh --record}"
at_least 'there were pairs to compare' "$(grep -vc '^#' "$TMPDIR/now")" 40
printf 'mutex 17 17 40\nold 1 1 1\n' >"$TMPDIR/list"
is 'a change would be noticed' "$(printf 'mutex 18 17 39\nnew 2 2 2\n' | differences "$TMPDIR/list")" \
	'mutex, by default: 17 recorded, 18 now
mutex, with options: 40 recorded, 39 now
new: not recorded
old: recorded, and is no pair now'
finish
