# SPDX-License-Identifier: MIT
# servers.awk, after numbers.awk: what servers.sh measured of one kind of server, as text (titles=1: with a head), as row for README
# (markdown=1), or only what can be demanded of throughput, in the words of statistics.awk (demand=1). Of several kinds, each in a file, what
# they lose together (together=1): as of one kind with all their rounds.
#
# In:   "# TITLE", "# UNIT of throughput", "# MACHINE, day, settings", lines ROUND WAY THROUGHPUT P99_US CPU_US EVENTS
# A ratio is that of a round's value to its bare one. Shown is the median of the means of any two rounds' ratios (Hodges and Lehmann),
# which one round in four may spoil, and in which interval the true one lies with 95 % (signed ranks; all ratios where there are fewer than
# six). The noise is how far from 1 the interval of "again", which is bare, too, has an end. Throughput with the defaults is
#   ok            at least 0.99
#   within noise  at least 0.99 less the noise
#   OVER          else
#   unknown       the noise is more than 0.05, or there were fewer than six rounds: nothing can be told

BEGIN {
	limit = 0.99
	noise_limit = 0.05
	rounds_needed = 6
	count = split("again defaults everything", ways, " ")
	metrics = split("throughput p99 cpu", metric_names, " ")
}

NR == 1 { title = together ? "all of these together" : substr($0, 3) }
NR == 2 { unit = together ? "throughput" : substr($0, 3) }
/^#/ { next }
{ round = FILENAME ":" $1 }
$2 == "bare" { rounds[++rounds_count] = round }
{
	for (i = 1; i <= metrics; i++) value[i, round, $2] = $(i + 2)
	events[$2] += $6
}

END {
	for (metric = 1; metric <= metrics; metric++) compare(metric)
	if (demand) print is_known() ? sprintf("defaults>=%.3f", limit - noise()) : ""
	else if (markdown) print_markdown()
	else print_text()
}

function compare(metric,   i, w, ratio, values)
{
	for (i = 1; i <= rounds_count; i++) values[i] = value[metric, rounds[i], "bare"]
	sort(values, rounds_count)
	bare[metric] = quantile(values, rounds_count, 0.5)
	for (w = 1; w <= count; w++) {
		for (i = 1; i <= rounds_count; i++) ratio[i] = value[metric, rounds[i], ways[w]] / value[metric, rounds[i], "bare"]
		estimate(ratio, rounds_count)
		centre_of[metric, w] = centre
		low_of[metric, w] = low
		high_of[metric, w] = high
	}
}

# Sets centre, low and high.
function estimate(values, n,   i, j, means, number, out)
{
	for (i = 1; i <= n; i++) for (j = i; j <= n; j++) means[++number] = (values[i] + values[j]) / 2
	sort(means, number)
	centre = quantile(means, number, 0.5)
	out = left_out(n)
	low = means[1 + out]
	high = means[number - out]
}

# How many means to leave out at each end: as many as keep the chance small, 2.5 %, that as few of them, by luck alone, are on one
# side of the true ratio. (Of all ways to give n ranks a sign: how many have a sum of positive ones up to that.)
function left_out(n,   ways_to, sum, rank, below)
{
	ways_to[0] = 1
	for (rank = 1; rank <= n; rank++) for (sum = rank * (rank + 1) / 2; sum >= rank; sum--) ways_to[sum] += ways_to[sum - rank]
	for (sum = 0; (below += ways_to[sum]) <= 0.025 * 2 ^ n; sum++) ;
	return sum ? sum - 1 : 0
}

function noise(   below, above)
{
	below = 1 - low_of[1, 1]
	above = high_of[1, 1] - 1
	return below > above ? below : above
}

function is_known()
{
	return rounds_count >= rounds_needed && noise() <= noise_limit
}

function verdict()
{
	if (!is_known()) return "unknown"
	if (centre_of[1, 2] >= limit) return "ok"
	return centre_of[1, 2] >= limit - noise() ? "within noise" : "OVER"
}

function interval(metric, w)
{
	return sprintf("%.3f %.3f..%.3f", centre_of[metric, w], low_of[metric, w], high_of[metric, w])
}

function print_line(name, bare_median, again, defaults, everything, words,   line)
{
	line = sprintf("%-32s %9s  %-19s  %-19s  %-19s  %s", name, bare_median, again, defaults, everything, words)
	sub(/ +$/, "", line)
	print line
}

function print_text(   metric, names)
{
	split(unit ",p99 us,server\047s CPU us per request", names, ",")
	if (titles) print_line("", "bare", "again, of bare", "defaults, of bare", "everything, of bare", "")
	printf "%s; events recorded: %.0f, %.0f\n", title, events["defaults"], events["everything"]
	for (metric = 1; metric <= metrics; metric++)
		print_line("  " names[metric], bare_value(metric), interval(metric, 1), interval(metric, 2), interval(metric, 3),
			metric == 1 ? verdict() : "")
}

function print_markdown()
{
	printf "| %s | %s | %s | %s | %s |\n", title, together ? "" : bare_value(1) " " unit ", p99 " bare_value(2) " us", cell(2), cell(3), cell(1)
}

# Different servers have none in common.
function bare_value(metric)
{
	return together ? "" : short(bare[metric])
}

function cell(w)
{
	return sprintf("%.3f (%.3f to %.3f); p99 %.2f, CPU %.2f", centre_of[1, w], low_of[1, w], high_of[1, w], centre_of[2, w],
		centre_of[3, w])
}

function short(v)
{
	return v >= 1000 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}
