#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [SECTION...]: what the library costs on this machine. Sections are the files in tests/bench/sections; by default all
# but the servers. Rows are printed as they come; then build/bench has
#   table.txt      all rows           results.json   the same, with the machine
#   *.svg          plots              rows/*.tsv     what these are made of, a file for each section that ever ran here; machine
#
# Programs are run bare and in each setting (off: preloaded, with fraction 0 and rate 0; defaults; everything: fraction 1 and
# rate 1), by turns. A row has the medians; the cost is the median of what rounds differ by, or of their ratio; its quartiles tell
# the noise. "limit" is what the project promises, OVER where the median is beyond it, FAILED where a program failed.
#
# QUICK=1: a fifth of the rounds.   RUNS=n: so many rounds.   SCALE=percent: of each run's length.   NOBUILD=1: take what is
# built.   BENCH_OUT=directory: in place of build/bench.   The status is 1 if a row is FAILED.
# shellcheck disable=SC1090,SC1091,SC2034 # what it sources uses its variables
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
here=$root/tests/bench
bench=$root/build/tests/bench
library=$root/build/libcontend.so
out=${BENCH_OUT:-$root/build/bench}
unset "${!CONTEND_@}" LD_PRELOAD
export LC_ALL=C
sections=(uncontended instructions contended pingpong io life event overhead stack dump memory threads stacks)
runs=${RUNS:-${QUICK:+3}}
runs=${runs:-15}
some_runs=$(((runs + 2) / 3))
. "$here/measure.sh"

[ "${NOBUILD:-}" ] || make -s all bench-programs || exit 1
mkdir -p "$out/rows" || exit 1
scratch=$(mktemp -d "${TMPDIR:-/tmp}/contend-bench.XXXXXX") || exit 1
regions=$(mktemp -d /dev/shm/contend-bench.XXXXXX) || exit 1
trap 'rm -rf "$scratch" "$regions"' EXIT
trap 'exit 130' INT TERM

# Its rows replace those of the run before only once they are complete.
run_section()
{
	local section=$1 rows_file=$scratch/$1.tsv measured

	measured=$(date '+%F %H:%M')$'\t'$(git describe --always --dirty 2>/dev/null || echo unknown)
	[ -e "$here/sections/$section.sh" ] || { echo "bench: there is no section $section" >&2 && return 2; }
	mkdir "$scratch/$section" && : >"$rows_file"
	echo && echo "$section: $(sed -n '3s/^# //p' "$here/sections/$section.sh")"
	(cd "$scratch/$section" && . "$here/sections/$section.sh")
	mv "$rows_file" "$out/rows/$section.tsv"
	rm -rf "${scratch:?}/$section"
}

sh "$here/machine.sh" >"$out/machine"
awk -F '\t' '{ value[$1] = $2 } END {
	if (value["load"] > value["cores"] / 4)
		print "bench: this machine has something else to do (load " value["load"] "): what follows is noise"
}' "$out/machine" >&2

[ $# = 0 ] && set -- "${sections[@]}"
files=()
for section; do
	run_section "$section" || exit
	files+=("$out/rows/$section.tsv")
done
bash "$here/report.sh" "$out" || exit 1
awk -v seconds=$SECONDS -f "$here/row.awk" -f "$here/tally.awk" "${files[@]}"
