# SPDX-License-Identifier: MIT
# Fails if its input is not Prometheus' text format (0.0.4) as scrapers take it: HELP and TYPE once and before the samples of a
# metric, which stand together; names, labels and values of their forms; no sample twice; counters end in _total.
function bad(words)
{
	printf "line %d: %s: %s\n", NR, words, $0
	failed = 1
	exit 1
}
/^# HELP / {
	if ($3 in helped) bad("HELP twice")
	helped[$3] = 1
	next
}
/^# TYPE / {
	if (!($3 in helped) || $3 in type) bad("TYPE twice, or before HELP")
	if ($4 !~ /^(counter|gauge)$/) bad("unknown type")
	if ($4 == "counter" && $3 !~ /_total$/) bad("a counter by another name")
	type[$3] = $4
	current = $3
	next
}
/^$/ || /^#/ { bad("neither sample nor HELP nor TYPE") }
{
	if (!match($0, /^[a-zA-Z_:][a-zA-Z0-9_:]*/)) bad("no name")
	if (substr($0, 1, RLENGTH) != current) bad("not below its TYPE")
	rest = substr($0, RLENGTH + 1)
	label = "[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\]|\\\\[\\\\\"n])*\""
	if (rest !~ "^(\\{" label "(," label ")*\\})? -?[0-9]+(\\.[0-9]+)?$") bad("no sample")
	sub(/ [^ ]*$/, "")
	if ($0 in seen) bad("twice")
	seen[$0] = 1
	samples++
}
END { exit failed || samples < 10 }
