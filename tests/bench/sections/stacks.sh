# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# What a wait or a release costs, by how many stacks they come from: for the first time from each, and later.
settings=(defaults everything)
runs=$some_runs
for stacks in 10 100 1000 5000 10000 50000; do
	by_turns env CONTEND_MEMORY=64m "$bench/stacks" $stacks "$(scaled 100000)" >lines
	at="$stacks stacks" rows 'wait or release, the first from its stack' ns difference <lines
	at="$stacks stacks" rows 'wait or release, later' ns difference '' 2 <lines
done
