#!/bin/bash
# SPDX-License-Identifier: MIT
# markdown.sh [SETTING]: the last rows of all sections in one setting (defaults, unless told otherwise; all: in every one), as a
# table for a README, with the machine and the days.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "${BENCH_OUT:-$here/../../build/bench}" || exit
export LC_ALL=C

machine()
{
	sed -n "s/^$1	//p" machine
}

days=$(cut -f 16 rows/*.tsv | cut -d ' ' -f 1 | sort -u | paste -sd ' ')
caption="$(machine cpu), $(machine cores) cores, $(machine kernel), $(machine system), $(machine compiler), $days"
awk -v wanted="${1:-defaults}" -v caption="$caption" -f "$here/row.awk" -f "$here/markdown.awk" rows/*.tsv
