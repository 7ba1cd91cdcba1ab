#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# The benchmarks work: every section, as short as can be, gives rows that are whole, and results that others can read. What was
# measured is not looked at: nothing can be told from runs of a millisecond, on a machine that tests keep busy.
. "$ROOT/tests/tap.sh"
unset CONTEND_OUT CONTEND_REGION_DIR
out=$TMPDIR/out
results=$out/results.json
# Those have tests of their own.
apart='instructions servers'

bench()
{
	NOBUILD=1 RUNS=1 SCALE=1 BENCH_OUT=$out bash "$ROOT/tests/bench/run.sh" "$@"
}

# What sections are made of, with other programs.
turns()
{
	(
		cd "$TMPDIR" && here=$ROOT/tests/bench library=$LIBCONTEND regions=$TMPDIR runs=3
		. "$ROOT/tests/bench/measure.sh"
		"$@"
	)
}
is 'settings take turns, in another order each round' "$(turns by_turns echo 1 2 | sed 's/ 1 2$//' | paste -sd ,)" \
	'0 bare,0 off,0 defaults,0 everything,1 off,1 defaults,1 everything,1 bare,2 defaults,2 everything,2 bare,2 off'
is 'a program that fails gives no value' "$(turns by_turns false | sort -u | head -n 1)" '0 bare -'
is 'bare is bare' "$(turns in_setting bare env | grep -cE '^(LD_PRELOAD|CONTEND_[FB])')" 0
is 'off is preloaded' "$(turns in_setting off env | grep -E '^(LD_PRELOAD|CONTEND_[FB])' | sort | tr '\n' ' ')" \
	"CONTEND_BLOCK_RATE=0 CONTEND_FRACTION=0 LD_PRELOAD=$LIBCONTEND "
is 'everything records everything' "$(turns in_setting everything env | grep -E '^CONTEND_[FB]' | sort | tr '\n' ' ')" \
	'CONTEND_BLOCK_RATE=1 CONTEND_FRACTION=1 '

sections=()
for file in "$ROOT"/tests/bench/sections/*.sh; do
	name=$(basename "$file" .sh)
	[[ " $apart " == *" $name "* ]] || sections+=("$name")
done
at_least 'there are sections' ${#sections[@]} 9
none 'make bench runs each of them' "$(for name in "${sections[@]}"; do
	grep -qE "^sections=\(.*\b$name\b.*\)$" "$ROOT/tests/bench/run.sh" || echo "$name"
done)"

bench "${sections[@]}" >"$TMPDIR/said" 2>"$TMPDIR/complaints"
is 'all sections end well' $? 0
none 'none complains' "$(grep -v ' this machine has something else to do ' "$TMPDIR/complaints")"
none 'no row is FAILED' "$(grep FAILED "$TMPDIR/said" "$out/table.txt")"
none 'every row is whole' "$(awk -F '\t' '
	{ for (i = 1; i <= NF; i++) if ($i == "") { print; next } }
	NF != 17' "$out"/rows/*.tsv)"
none 'each section has rows' "$(for name in "${sections[@]}"; do [ -s "$out/rows/$name.tsv" ] || echo "$name"; done)"
count=$(cat "$out"/rows/*.tsv | wc -l)
at_least 'there are many rows' "$count" 250
none 'no two rows are of the same' "$(cut -f 1-5,7 "$out"/rows/*.tsv | sort | uniq -d)"
is 'all are counted, with the time that they took' \
	"$(sed -E '$!d; s/, [0-9]+ over their limit//; s/[0-9]+ min [0-9]+ s/TIME/' "$TMPDIR/said")" "$count rows, 0 failed; TIME"
is 'and are in the table' "$(grep -cE ' (off|defaults|everything|without|alone) ' "$out/table.txt")" "$count"

check 'the results are JSON' python3 -m json.tool "$results"
is 'with all rows; numbers are numbers there, and what is not known is null' "$(python3 - "$results" <<'END'
import json, sys
results = json.load(open(sys.argv[1]))
print(sorted(results), len(results["rows"]), type(results["machine"]["cores"]).__name__)
numbers = {"bare", "loaded", "cost", "low", "high", "runs", "value"}
for row in results["rows"]:
    for key, value in row.items():
        if value is not None and isinstance(value, (int, float)) != (key in numbers):
            print(row, key)
    if row["setting"] in ("off", "defaults") and row["how"] != "value" and row["bare"] is None:
        print(row)
END
)" "['machine', 'rows'] $count int"

if command -v gnuplot >/dev/null; then
	for plot in contended-threads-sections_s event-frames-ns dump-stacks-ms memory-threads-KiB; do
		check "a plot: $plot" xmllint --noout "$out/$plot.svg"
	done
else
	skip 'plots' 'there is no gnuplot here'
fi
BENCH_OUT=$out bash "$ROOT/tests/bench/markdown.sh" >"$TMPDIR/table"
is 'a table for README has a line for each row of the defaults, and a head' "$(grep -cE '^\| [^*].*, .* \|$' "$TMPDIR/table")" \
	"$(($(cut -f 7 "$out"/rows/*.tsv | grep -c '^defaults$') + 1))"
none 'each of six columns' "$(awk -F '|' 'NF != 8' "$TMPDIR/table")"

tally()
{
	awk -v seconds=61 -f "$ROOT/tests/bench/row.awk" -f "$ROOT/tests/bench/tally.awk" "$@"
}
sed '1s/\(OVER\|ok\)\t/FAILED\t/; 2,$s/OVER\t/ok\t/' "$out/rows/io.tsv" >"$TMPDIR/failed.tsv"
refuse 'a row that failed is an exit status' tally "$TMPDIR/failed.tsv"
is 'and is counted' "$(tally "$TMPDIR/failed.tsv" | tail -n 1)" "$(wc -l <"$out/rows/io.tsv") rows, 0 over their limit, 1 failed; 1 min 1 s"
refuse 'so is that nothing was measured' tally /dev/null

cp "$out/rows/io.tsv" "$TMPDIR/io.tsv"
bench pingpong >/dev/null 2>&1
check 'what is not run again stays' cmp "$out/rows/io.tsv" "$TMPDIR/io.tsv"
refuse 'there is no section of that name' bench nonesuch
finish
