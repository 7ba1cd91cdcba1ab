#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Goal of this test: what an uncontended call costs is what tests/bench/instructions.txt says, to the instruction.
. "$ROOT/tests/tap.sh"
list=$ROOT/tests/bench/instructions.txt

# Of two lists, the second on standard input: what differs, a line for each pair.
differences()
{
	awk 'NR == FNR { if (!/^#/) { defaults[$1] = $2; off[$1] = $3 } next }
		/^#/ { next }
		{ is_there[$1] }
		!($1 in off) { print $1 ": not recorded, " $2 " by default and " $3 " off now"; next }
		$2 != defaults[$1] { print $1 ": " defaults[$1] " recorded, " $2 " now" }
		$3 != off[$1] { print $1 ", off: " off[$1] " recorded, " $3 " now" }
		END { for (pair in off) if (!(pair in is_there)) print pair ": recorded, and is no pair now" }' "$1" -
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
# Once more, if need be: what walks a stack looks up its frames in a table by their addresses, where two may collide by chance.
differs=$(differences "$list" <"$TMPDIR/now")
[ -z "$differs" ] || { measure; differs=$(differences "$list" <"$TMPDIR/now"); }
none 'each pair takes the instructions that are recorded' "${differs:+$differs
if that is meant: bash tests/bench/instructions.sh --record}"
at_least 'there were pairs to compare' "$(grep -vc '^#' "$TMPDIR/now")" 40
is 'a change would be noticed' "$(printf 'mutex 17 17\nold 1 1\n' >"$TMPDIR/list"; printf 'mutex 18 17\nnew 2 2\n' | differences "$TMPDIR/list")" \
	'mutex: 17 recorded, 18 now
new: not recorded, 2 by default and 2 off now
old: recorded, and is no pair now'
finish
