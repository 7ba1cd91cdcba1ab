# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Calls that wait, or need not.
number=0
"$bench/io" | while read -r limit name; do
	for_ms 60 "$bench/io" $number | rows "$name" ns ratio "defaults<=$limit"
	number=$((number + 1))
done
