#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# The catalogue of hazards (tests/stress/catalogue.txt) has each number once, in order, and each line is true as far as can be
# told from outside: its tests exist, and where there are none it says why.
. "$ROOT/tests/tap.sh"
hazards=134

entries()
{
	grep -v '^#' "$ROOT/tests/stress/catalogue.txt"
}

# What is wrong with the lines of a catalogue, one fault a line.
faults()
{
	local line number words tests test expected=0

	while IFS= read -r line; do
		expected=$((expected + 1))
		[[ $line =~ ^([0-9]+)\ \|\ ([^|]+[^|\ ])\ \|\ ([^|]+)$ ]] || { echo "$line: not three fields"; continue; }
		number=${BASH_REMATCH[1]} words=${BASH_REMATCH[2]} tests=${BASH_REMATCH[3]}
		[ "$number" = $expected ] || echo "$number: where $expected should be"
		[ ${#words} -ge 10 ] || echo "$number: $words"
		if [[ $tests == none:* ]]; then
			[[ $tests =~ ^none:\ [a-z].{30,}\.$ ]] || echo "$number: no sentence says why there is no test"
			continue
		fi
		for test in ${tests//, /$'\n'}; do
			grep -qxF -- "$test" "$TMPDIR/tests" || echo "$number: there is no test $test"
		done
	done
}

(cd "$ROOT" && unset NOBUILD BARE KEEP && LIST=1 bash tests/run.sh) >"$TMPDIR/tests"
at_least 'there are tests' "$(wc -l <"$TMPDIR/tests")" 100
is 'every hazard has its line' "$(entries | wc -l)" $hazards
none 'and every line is right' "$(entries | faults)"
none 'no test is named twice in a line' "$(entries | sed 's/.* | //' | while IFS= read -r tests; do
	tr ',' '\n' <<<"${tests// /}" | sort | uniq -d
done)"

# A name such as X_library_of_mine.c would make a program a companion of X: it must be there, or nobody would run it.
companions()
{
	local source program

	for source in "$ROOT"/tests/hazard/*_{plugin,library}*.c*; do
		program=${source%.c*}
		program=${program%_plugin*}
		program=${program%_library*}
		[ -e "$program.c" ] || [ -e "$program.cc" ] || echo "$source"
	done
}
none 'what looks like a companion of a program is one' "$(companions)"

is 'faults are found' "$(faults <<'LINES'
1 | words that are enough | build/code, hazard/no_such_test
3 | words that are enough | none: because
two fields | only
LINES
)" "1: there is no test hazard/no_such_test
3: where 2 should be
3: no sentence says why there is no test
two fields | only: not three fields"
finish
