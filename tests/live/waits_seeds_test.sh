#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# alone: waits are compared with the program's own clock
# At a rate of 1 ms, over many seeds: waits that are longer are all there, shorter ones are estimated without bias. The program
# says itself what variance its estimates have (waits_seeds.c). Over all seeds the error of a sum is normal: within
# 5 standard deviations but for one test in a million; 1 % is added for the two clocks. The sign of the errors is a
# coin's: of 24 tosses, 2 or fewer come up on one side in one test of 28000.
. "${ROOT:-$PWD}/tests/live/common.sh"

seeds=24
for ((seed = 1; seed <= seeds; seed++)); do
	profiled $seed CONTEND_BLOCK_RATE=1ms CONTEND_SEED=$seed "$live/waits_seeds" || break
	block=$(decoded $seed last block)
	while IFS=$'\t' read -r name leaf labels truth; do
		printf '%s\t%s\t%s\t%s\n' "$name" "$truth" "$(sum "$block" count "^$leaf;$name;" "^$labels(,|\$)")" \
			"$(sum "$block" delay "^$leaf;$name;" "^$labels(,|\$)")"
	done <"$work/$seed.out"
done >"$work/all"
ways='pipe epoll sleep futex'
is 'every seed was tried in every way' "$(wc -l <"$work/all")" $((2 * seeds * $(echo $ways | wc -w)))

# errors NAME TRUTH ESTIMATE VARIANCE (columns): how far the sums of all seeds are apart, in standard deviations, in
# percent; how many seeds said too much.
errors()
{
	awk -F '\t' -v name="$1" -v truth="$2" -v estimate="$3" -v variance="$4" '
		$1 == name {
			true += $truth
			error += $estimate - $truth
			square += $variance
			above += $estimate > $truth
		}
		END { printf "%.2f %.2f %d\n", error / sqrt(square + (true * 0.01 / 5) ^ 2), 100 * error / true, above }' "$work/all"
}

within()
{
	awk -v got="$2" -v low="$3" -v high="$4" 'BEGIN { exit !(got >= low && got <= high) }'
	is "$1: $2 is between $3 and $4" $? 0
}

for way in $ways; do
	read -r deviations percent above < <(errors ${way}_short 2 6 4)
	within "$way, short waits, count ($percent %): standard deviations" "$deviations" -5 5
	within "$way, short waits, count: seeds that say too much, of $seeds" "$above" 3 $((seeds - 3))
	shown+=" $way $percent %"
	read -r deviations percent above < <(errors ${way}_short 3 7 5)
	within "$way, short waits, delay ($percent %): standard deviations" "$deviations" -5 5
	within "$way, short waits, delay: seeds that say too much, of $seeds" "$above" 3 $((seeds - 3))
	shown+=" and $percent %,"
	is "$way, long waits: every single one at every seed" "$(grep "^${way}_long" "$work/all" | cut -f 6 | sort -u)" 100
	read -r deviations percent above < <(errors ${way}_long 3 7 5)
	within "$way, long waits, delay: percent" "$percent" -5 5
done
echo "# shown: short waits, errors of count and delay over all seeds:${shown%,}"
finish
