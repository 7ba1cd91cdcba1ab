#!/bin/bash
# SPDX-License-Identifier: MIT
# tables.sh LOG: writes the tables of README.md from what tests/run.sh printed, for STRESS_SECONDS and STRESS_SEEDS.
set -u
here=$(dirname "$0")
log=$1
readme=$here/README.md
work=$(mktemp -d "${TMPDIR:-/tmp}/contend-tables.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# TABLE < lines: replaces what follows the comment "TABLE" in README.md, up to the next empty line.
replace_table()
{
	cat >"$work/table"
	awk -v mark="<!-- $1 -->" -v table="$work/table" '
		skipping && $0 == "" { skipping = 0 }
		!skipping
		$0 == mark { while ((getline line <table) > 0) print line; skipping = 1 }' "$readme" >"$work/readme"
	cat "$work/readme" >"$readme"
}

# Of every test that ran: name, verdict, and the words beside it, tab separated.
sed -nE 's/^(ok|FAIL|skip) +([^ ]+) +[0-9]+ ms *(.*)/\2\t\1\t\3/p' "$log" >"$work/verdicts"

# What became of "a/b, c/d": for awk.
results='
	function results_of(tests,   test, i, n, result) {
		n = split(tests, test, / *, */)
		for (i = 1; i <= n; i++) {
			if (!(test[i] in verdict)) result = result ", " test[i] " did not run"
			else if (verdict[test[i]] != "ok") result = result ", " test[i] ": " verdict[test[i]] " " words[test[i]]
		}
		return result == "" ? "ok" : substr(result, 3)
	}
	FNR == NR { verdict[$1] = $2; words[$1] = $3; next }'

rows_table()
{
	echo '| row | hazard | driven by | checked, beside what every row checks | result |'
	echo '|---|---|---|---|---|'
	awk -F '\t' -v how="$STRESS_SECONDS s, seeds ${STRESS_SEEDS// /, }" "$results"'
		/^[^#]/ {
			split($0, field, / *\| */)
			test = "stress/" field[1]
			driven = "`" field[2] "`, " how
			if (field[2] == "script") driven = "`" field[1] "_test.sh`"
			if (field[2] ~ /\//) { test = field[2]; driven = field[2] }
			if (field[3] != "") driven = driven "; `" field[3] "`"
			result = results_of(test)
			if (words[test] != "" && result == "ok") result = "ok: " words[test]
			printf "| %s | %s | %s | %s | %s |\n", field[1], field[4], driven, field[5], result
		}' "$work/verdicts" "$here/rows.txt"
}

catalogue_table()
{
	echo '| | hazard | tests | result |'
	echo '|---|---|---|---|'
	awk -F '\t' "$results"'
		/^[0-9]/ {
			split($0, field, / *\| */)
			result = field[3] ~ /^none:/ ? "-" : results_of(field[3])
			printf "| %s | %s | %s | %s |\n", field[1], field[2], field[3], result
		}' "$work/verdicts" "$here/catalogue.txt"
}

machine()
{
	echo "$(uname -sr) on $(nproc) cores, $(. /etc/os-release && echo "$PRETTY_NAME"), $(getconf GNU_LIBC_VERSION), $(date -u +%Y-%m-%d):"
	echo "$(sed -nE 's/^([0-9]+ passed, .*)/\1/p' "$log" | sed '1s/$/ in the storms;/; 2s/$/ in all other tests./' | paste -sd ' ')"
}

machine | replace_table machine
rows_table | replace_table rows
catalogue_table | replace_table catalogue
