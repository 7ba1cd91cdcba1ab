# SPDX-License-Identifier: MIT
# statistics.awk, after numbers.awk: from measured values to figures, a line for each setting but bare.
#
# In:   ROUND SETTING VALUE...       "-" where a run gave none
# Out:  SETTING BARE LOADED COST LOW HIGH RUNS LIMIT VERDICT, between tabs: the medians, and of the cost the quartiles, too
# how     ratio, difference: cost of a round is what its value is to, or exceeds, the bare one of the same round; value: is its value
# limits  words like defaults<=1.15 or everything>=0.9, for the median of the cost
# field   which of the values (1)
# The verdict is FAILED where a round lacks a value, OVER beyond the limit, else ok.

BEGIN {
	field = field ? field : 1
	count = split(limits, words, " ")
	for (i = 1; i <= count; i++) {
		split(words[i], sides, /[<>]=/)
		sign[sides[1]] = index(words[i], "<=") ? "<=" : ">="
		limit[sides[1]] = sides[2]
	}
}

{
	value[$1, $2] = $(field + 2)
	if (!($1 in seen)) rounds[++rounds_count] = $1
	if ($2 != "bare" && !($2 in known)) order[++settings_count] = $2
	seen[$1]
	known[$2]
}

END {
	if (!settings_count) print_failure("-")
	for (i = 1; i <= settings_count; i++) print_setting(order[i])
}

function print_setting(setting,   i, n, round, bares, loadeds, costs, median)
{
	for (i = 1; i <= rounds_count; i++) {
		round = rounds[i]
		if (!is_number(value[round, setting]) || how != "value" && !is_number(value[round, "bare"])) continue
		n++
		loadeds[n] = value[round, setting] + 0
		bares[n] = value[round, "bare"] + 0
		costs[n] = cost(bares[n], loadeds[n])
	}
	if (n != rounds_count) {
		print_failure(setting)
		return
	}
	sort(bares, n)
	sort(loadeds, n)
	sort(costs, n)
	median = quantile(costs, n, 0.5)
	print_line(setting, how == "value" ? "-" : number(quantile(bares, n, 0.5)), number(quantile(loadeds, n, 0.5)),
		number(median), number(quantile(costs, n, 0.25)), number(quantile(costs, n, 0.75)), n,
		is_over(setting, median) ? "OVER" : "ok")
}

function cost(bare, loaded)
{
	if (how == "ratio") return bare ? loaded / bare : 0
	return how == "difference" ? loaded - bare : loaded
}

function is_over(setting, median)
{
	if (!(setting in limit)) return 0
	return sign[setting] == "<=" ? median > limit[setting] + 0 : median < limit[setting] + 0
}

function print_failure(setting)
{
	print_line(setting, "-", "-", "-", "-", "-", 0, "FAILED")
}

function print_line(setting, bare, loaded, middle, low, high, runs, verdict)
{
	print setting "\t" bare "\t" loaded "\t" middle "\t" low "\t" high "\t" runs "\t" \
		(setting in limit ? sign[setting] limit[setting] : "-") "\t" verdict
}

function is_number(text)
{
	return text ~ /^-?[0-9]+(\.[0-9]*)?(e[-+]?[0-9]+)?$/
}

function number(v)
{
	return sprintf("%.6g", v)
}
