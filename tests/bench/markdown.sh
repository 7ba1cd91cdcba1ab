#!/bin/bash
# SPDX-License-Identifier: MIT
# markdown.sh [SETTING]: the rows of the last runs of all sections, in one setting (defaults, unless told otherwise; all: in every one), as a table
# for README, with the machine and the days.
set -u
cd "${BENCH_OUT:-$(dirname "$0")/../../build/bench}" || exit
export LC_ALL=C

machine()
{
	sed -n "s/^$1	//p" machine
}

days=$(cut -f 16 rows/*.tsv | cut -d ' ' -f 1 | sort -u | paste -sd ' ')
awk -F '\t' -v wanted="${1:-defaults}" \
	-v caption="$(machine cpu), $(machine cores) cores, $(machine kernel), $(machine system), $(machine compiler), $days" '
	function short(v) { return v == "-" ? "" : v >= 1000 || v <= -1000 ? sprintf("%.0f", v) : sprintf("%.3g", v) }
	BEGIN {
		print "| " caption (wanted == "all" ? "" : ", " wanted) " | bare | preloaded | cost | quartiles | promised |"
		print "|---|---|---|---|---|---|"
	}
	wanted != "all" && $7 != wanted { next }
	$1 != section { section = $1; print "| **" section "** | | | | | |" }
	{
		name = $2 ($3 == "-" ? "" : ", " $3 " " $4) ", " $5 (wanted == "all" ? ", " $7 : "")
		printf "| %s | %s | %s | %s%s | %s to %s | %s |\n", name, short($8), short($9), \
			($6 == "difference" && $10 >= 0 ? "+" : ""), short($10) ($6 == "ratio" ? "x" : ""), short($11), short($12), \
			($14 == "-" ? "" : $14) ($15 == "ok" ? "" : " " $15)
	}' rows/*.tsv
