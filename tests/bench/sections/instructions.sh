# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Instructions per uncontended pair: the difference of a long and a short run, divided by the difference in pairs.

instructions()
{
	local setting=$1 pairs count=()

	shift
	for pairs in 10000 60000; do
		count+=("$(in_setting "$setting" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" $pairs 2>&1 |
			sed -n 's/.*Collected : //p')")
	done
	[ "${count[1]}" ] && awk -v few="${count[0]}" -v many="${count[1]}" 'BEGIN { printf "%.1f", (many - few) / 50000 }'
}

"$bench/uncontended" | while read -r name _; do
	for setting in bare defaults; do
		echo "0 $setting $(instructions $setting "$bench/uncontended" "$name" threads)"
	done | rows "$name pair" instructions difference
done
