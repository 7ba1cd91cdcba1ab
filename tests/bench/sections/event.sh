# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# What a recorded wait, release and hold cost, by the depth of their stacks.
# 3 ms bare: all recorded, it is up to a hundred times as long.
settings=(defaults everything)
for depth in 5 10 20 40 60 80 100; do
	for_ms 3 "$bench/event" wait $depth | at="$depth frames" rows 'recorded wait' ns difference
	for_ms 3 "$bench/event" release $depth | at="$depth frames" rows 'recorded release' ns difference
done
settings=(off defaults everything)
for_ms 3 "$bench/event" both 20 | rows 'recorded wait and release, 20 frames each' ns difference 'defaults<=150 everything<=400'
settings=(everything)
for_ms 3 env CONTEND_HOLD_RATE=1 "$bench/uncontended" mutex threads | rows 'mutex pair, its hold timed, with its stack' ns difference
