# SPDX-License-Identifier: MIT
# table.awk: rows, as measure.sh writes them, as text. With titles=1 sections have a title, and their columns names.
BEGIN { FS = "\t" }

titles && $1 != section {
	section = $1
	printf "%s%s (%s, %s)\n", (NR > 1 ? "\n" : ""), section, $16, $17
	print_row("", "setting", "bare", "loaded", "cost", "quartiles", "limit", "")
}

{
	name = $2 ($3 == "-" ? "" : ", " $3 " " $4) ", " $5
	print_row(name, $7, short($8), short($9), short($10) ($6 == "ratio" ? "x" : ""), short($11) ".." short($12), $14,
		$15 == "ok" ? "" : $15)
}

function print_row(name, setting, bare, loaded, cost, quartiles, limit, verdict,   line)
{
	line = sprintf("%-58s %-10s %10s %10s %9s %17s %7s %s", name, setting, bare, loaded, cost, quartiles, limit, verdict)
	sub(/ +$/, "", line)
	print line
}

function short(v)
{
	if (v == "-") return v
	return v >= 1000 || v <= -1000 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}
