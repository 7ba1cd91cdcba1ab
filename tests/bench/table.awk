# SPDX-License-Identifier: MIT
# table.awk: rows as text, after row.awk. With titles=1 sections have a title, and their columns names.
titles && $SECTION != section {
	section = $SECTION
	printf "%s%s (%s, %s)\n", (NR > 1 ? "\n" : ""), section, $DATE, $COMMIT
	print_row("", "setting", "bare", "loaded", "cost", "quartiles", "limit", "")
}

{
	print_row(whole_name(), $SETTING, short($BARE), short($LOADED), short($COST) ($HOW == "ratio" ? "x" : ""),
		short($LOW) ".." short($HIGH), $LIMIT, $VERDICT == "ok" ? "" : $VERDICT)
}

function print_row(name, setting, bare, loaded, cost, quartiles, limit, verdict,   line)
{
	line = sprintf("%-58s %-10s %10s %10s %9s %17s %7s %s", name, setting, bare, loaded, cost, quartiles, limit, verdict)
	sub(/ +$/, "", line)
	print line
}
