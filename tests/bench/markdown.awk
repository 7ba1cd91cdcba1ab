# SPDX-License-Identifier: MIT
# markdown.awk: the rows of one setting, or of all, as a table for a README, after row.awk. `caption` is its first title.
BEGIN {
	print "| " caption (wanted == "all" ? "" : ", " wanted) " | bare | preloaded | cost | quartiles | promised |"
	print "|---|---|---|---|---|---|"
}

wanted != "all" && $SETTING != wanted { next }

$SECTION != section {
	section = $SECTION
	print "| **" section "** | | | | | |"
}

{
	print_cell(whole_name() (wanted == "all" ? ", " $SETTING : ""))
	print_cell(known($BARE))
	print_cell(known($LOADED))
	print_cell(($HOW == "difference" && $COST >= 0 ? "+" : "") known($COST) ($HOW == "ratio" ? "x" : ""))
	print_cell(known($LOW) " to " known($HIGH))
	print_cell(($LIMIT == "-" ? "" : $LIMIT) ($VERDICT == "ok" ? "" : " " $VERDICT))
	print "|"
}

function print_cell(text)
{
	printf "| %s ", text
}

function known(v)
{
	return v == "-" ? "" : short(v)
}
