# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Two threads that wake each other by turns.
number=0
"$bench/pingpong" | while read -r limit name; do
	for_ms 100 "$bench/pingpong" $number | rows "$name, there and back" ns ratio "defaults<=$limit"
	number=$((number + 1))
done
