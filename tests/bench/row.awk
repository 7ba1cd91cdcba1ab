# SPDX-License-Identifier: MIT
# row.awk: what a row is, for the programs that read rows; measure.sh writes them, plot.sh reads them by number.
BEGIN {
	FS = "\t"
	columns = "section name value parameter unit how setting bare loaded cost low high runs limit verdict date commit"
	SECTION = 1; NAME = 2; VALUE = 3; PARAMETER = 4; UNIT = 5; HOW = 6; SETTING = 7
	BARE = 8; LOADED = 9; COST = 10; LOW = 11; HIGH = 12; RUNS = 13
	LIMIT = 14; VERDICT = 15; DATE = 16; COMMIT = 17
}

function whole_name()
{
	return $NAME ($PARAMETER == "-" ? "" : ", " $VALUE " " $PARAMETER) ", " $UNIT
}

# To three digits, of large numbers all that are whole.
function short(v)
{
	if (v == "-") return v
	return v >= 1000 || v <= -1000 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}
