# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Calls that might wait, and need not.
number=0
"$bench/io" | while read -r limit name; do
	[ "$limit" = 0 ] && limit='' || limit="defaults<=$limit"
	for_ms 60 "$bench/io" $number | rows "$name" ns ratio "$limit"
	number=$((number + 1))
done
