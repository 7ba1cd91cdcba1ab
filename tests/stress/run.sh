#!/bin/bash
# SPDX-License-Identifier: MIT
# make stress: every row of rows.txt for STRESS_SECONDS (20) in each run, bare and preloaded, with each of STRESS_SEEDS (1 2 3), then all
# other tests once; writes what came of them into README.md.
set -u
cd "$(dirname "$0")/../.." || exit 1
export STRESS_SECONDS=${STRESS_SECONDS:-20} STRESS_SEEDS=${STRESS_SEEDS:-1 2 3}
log=$(mktemp "${TMPDIR:-/tmp}/contend-stress.XXXXXX") || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

read -r -a seeds <<<"$STRESS_SEEDS"
LIMIT=$(((STRESS_SECONDS * 3 + 60) * ${#seeds[@]} * 2)) bash tests/run.sh stress/ | tee "$log"
bash tests/run.sh build/ unit/ hazard/ live/ fuzz/ | tee -a "$log"
bash tests/stress/tables.sh "$log"
! grep -q '^FAIL' "$log"
