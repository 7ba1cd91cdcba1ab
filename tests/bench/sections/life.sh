# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Beginning and end of threads and processes. What is executed is preloaded, too: its start-up is in it. So is the last dump of what waits.
number=0
"$bench/life" | while read -r limit name; do
	[ "$limit" = 0 ] && limit='' || limit="defaults<=$limit"
	for_ms 60 env CONTEND_EXIT=1 "$bench/life" $number single | in_us | rows "$name; one thread" us difference "$limit"
	for_ms 60 env CONTEND_EXIT=1 "$bench/life" $number threads | in_us | rows "$name; two threads" us difference "$limit"
	number=$((number + 1))
done
