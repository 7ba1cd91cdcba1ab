# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Two threads on one CPU that wake each other by turns.
# (On two CPUs the scheduler decides anew in each run where the threads are, and how long it takes depends on that: 4 or 50 us.)
number=0
cpu=$(taskset -pc $$ | sed 's/.*: \([0-9]*\).*/\1/')
"$bench/pingpong" | while read -r limit name; do
	for_ms 100 taskset -c "$cpu" "$bench/pingpong" $number | rows "$name, there and back" ns ratio "defaults<=$limit"
	number=$((number + 1))
done
