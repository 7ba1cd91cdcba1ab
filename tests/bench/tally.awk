# SPDX-License-Identifier: MIT
# tally.awk: the last line of a run, of its rows, after row.awk.
{ count[$VERDICT]++ }

END {
	printf "\n%d rows, %d over their limit, %d failed; ", NR, count["OVER"], count["FAILED"]
	printf "%d min %d s\n", seconds / 60, seconds % 60
	exit count["FAILED"] != 0 || !NR
}
