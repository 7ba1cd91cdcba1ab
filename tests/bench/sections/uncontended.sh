# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Pairs of calls on objects that nobody else wants: CPU time of a pair.
"$bench/uncontended" | while read -r name limit_single limit_threads; do
	[ "$limit_single" = 0 ] && limits=() || limits=("defaults<=$limit_single" "defaults<=$limit_threads")
	for_ms 40 "$bench/uncontended" "$name" single | rows "$name pair, one thread" ns ratio "${limits[0]-}"
	for_ms 40 "$bench/uncontended" "$name" threads | rows "$name pair, several threads" ns ratio "${limits[1]-}"
	for_ms 40 "$bench/uncontended" "$name" many | rows "$name pair, 8 threads at once" ns ratio
done
