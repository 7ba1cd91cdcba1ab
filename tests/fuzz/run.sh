#!/bin/bash
# SPDX-License-Identifier: MIT
# fuzz/run.sh [READER...]: each reader (all) is fuzzed for FUZZ_SECONDS (900), starting from its corpus in the tree and from what
# earlier runs found worth keeping, in build/fuzz/corpus/READER. The input of a finding is left in build/fuzz/findings.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/fuzz/common.sh
seconds=${FUZZ_SECONDS:-900}
findings=$BUILD/fuzz/findings
status=0
[ $# -gt 0 ] || mapfile -t all < <(readers)
mkdir -p "$findings"
for reader in "${@:-${all[@]}}"; do
	log=$BUILD/fuzz/$reader.log
	mkdir -p "$BUILD/fuzz/corpus/$reader"
	if fuzz "$reader" -max_total_time="$seconds" \
		-artifact_prefix="$findings/$reader." "$BUILD/fuzz/corpus/$reader" >"$log" 2>&1; then
		verdict='nothing found'
	else
		verdict="FOUND: $(grep -E 'ERROR|runtime error|does not hold' "$log" | head -n 1)"
		status=1
	fi
	printf '%-8s %6s s %10s inputs %5s/s %5s edges  %s\n' "$reader" "$seconds" \
		"$(statistic number_of_executed_units "$log")" "$(statistic average_exec_per_sec "$log")" \
		"$(sed -n 's/.*DONE *cov: \([0-9]*\).*/\1/p' "$log")" "$verdict"
done
exit $status
