#!/bin/bash
# SPDX-License-Identifier: MIT
# make stress: every row of rows.txt for STRESS_SECONDS (20) in each run, bare and preloaded, with each of STRESS_SEEDS (1 2 3), then all
# other tests once; writes what came of them into README.md.
set -u
cd "$(dirname "$0")/../.." || exit 1
export STRESS_SECONDS=${STRESS_SECONDS:-20} STRESS_SEEDS=${STRESS_SEEDS:-1 2 3}
export LIMIT
readme=tests/stress/README.md
log=$(mktemp -d "${TMPDIR:-/tmp}/contend-stress.XXXXXX") || exit 1
trap 'rm -rf "$log"' EXIT
trap 'exit 130' INT TERM

read -r -a seeds <<<"$STRESS_SEEDS"
LIMIT=$(((STRESS_SECONDS * 3 + 60) * ${#seeds[@]} * 2))
bash tests/run.sh stress/ | tee "$log/stress"
unset LIMIT
STRESS_SECONDS=1 STRESS_SEEDS=1 bash tests/run.sh build/ unit/ hazard/ live/ | tee "$log/others"

# TABLE < rows: replaces the table that follows the comment "TABLE" in README.md, up to the next empty line.
replace_table()
{
	awk -v mark="<!-- $1 -->" -v table="$(cat)" '
		$0 == mark { print; print table; skipping = 1; next }
		skipping && $0 == "" { skipping = 0 }
		!skipping' "$readme" >"$log/readme" && cat "$log/readme" >"$readme"
}

# name, verdict and the words beside it, tab separated, of every test that ran
sed -nE 's/^(ok|FAIL|skip) +([^ ]+) +[0-9]+ ms *(.*)/\2\t\1\t\3/p' "$log/stress" "$log/others" >"$log/verdicts"

rows_table()
{
	echo '| row | hazard | driven by | checked | result |'
	echo '|---|---|---|---|---|'
	awk -F '\t' -v seeds="${STRESS_SEEDS// /, }" -v seconds="$STRESS_SECONDS" '
		FNR == NR { verdict[$1] = $2; words[$1] = $3; next }
		/^[^#]/ {
			split($0, field, / *\| */)
			driven = field[2] == "script" ? "its own script" : "`" field[2] "`, " seconds " s, seeds " seeds
			if (field[3] != "") driven = driven "; `" field[3] "`"
			name = "stress/" field[1]
			result = name in verdict ? verdict[name] : "did not run"
			if (words[name] != "") result = result ": " words[name]
			printf "| %s | %s | %s | %s | %s |\n", field[1], field[4], driven, field[5], result
		}' "$log/verdicts" tests/stress/rows.txt
}

catalogue_table()
{
	echo '| | hazard | tests | result |'
	echo '|---|---|---|---|'
	awk -F '\t' '
		FNR == NR { verdict[$1] = $2; next }
		/^[0-9]/ {
			split($0, field, / *\| */)
			printf "| %s | %s | %s | %s |\n", field[1], field[2], field[3], results_of(field[3])
		}
		function results_of(tests,   test, i, n, result) {
			if (tests ~ /^none:/) return "-"
			n = split(tests, test, / *, */)
			result = "ok"
			for (i = 1; i <= n; i++)
				if (verdict[test[i]] != "ok")
					result = (result == "ok" ? "" : result ", ") test[i] ": " (test[i] in verdict ? verdict[test[i]] : "did not run")
			return result
		}' "$log/verdicts" tests/stress/catalogue.txt
}

machine()
{
	echo "$(uname -sr) on $(nproc) cores, $(. /etc/os-release && echo "$PRETTY_NAME"), $(getconf GNU_LIBC_VERSION), $(date -u +%Y-%m-%d):"
	echo "$(tail -n 1 "$log/stress") in the storms; $(tail -n 1 "$log/others") in all other tests."
}

machine | replace_table machine
rows_table | replace_table rows
catalogue_table | replace_table catalogue
! grep -q '^FAIL' "$log/stress" "$log/others"
