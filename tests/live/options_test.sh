#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Each option, live: what it changes in what is recorded and written. (How they are read is a unit test.)
. "${ROOT:-$PWD}/tests/live/common.sh"

# RUN [VARIABLE=VALUE...]: the program of ten known waits with other options.
with()
{
	local run=$1

	shift
	profiled "$run" env "$@" "$live/exit_ways"
	is "$run: the program ends as it would have" $? 3
}

count()
{
	sum "$(decoded "$1" last "$2")" count "${3:-}"
}

dumps()
{
	find "$work" -name "$1.*.pb.gz" | wc -l
}

said()
{
	wc -l <"$work/$1.err"
}

with none
is 'nothing is said' "$(said none)" 0
with mutex_off CONTEND_FRACTION=0
is 'CONTEND_FRACTION=0 records no release' "$(count mutex_off mutex)" 0
is 'and all waits' "$(count mutex_off block ';wait_for_it;')" 10
with block_off CONTEND_BLOCK_RATE=0
is 'CONTEND_BLOCK_RATE=0 records no wait' "$(count block_off block)" 0
is 'and all releases' "$(count block_off mutex ';hold_it;')" 10
with both_off CONTEND_FRACTION=0 CONTEND_BLOCK_RATE=0
is 'both off write nothing' "$(dumps both_off)" 0
with rare CONTEND_BLOCK_RATE=1ms
is 'a rate below all waits keeps them all' "$(count rare block ';wait_for_it;')" 10
with rarer CONTEND_BLOCK_RATE=3600s CONTEND_SEED=1
is 'a rate of an hour keeps none of ten short waits' "$(count rarer block ';wait_for_it;')" 0
# Waits draw from the same numbers, and how many sleeps a thread needs is chance.
with sampled CONTEND_FRACTION=3 CONTEND_SEED=7 CONTEND_BLOCK_RATE=0
with again CONTEND_FRACTION=3 CONTEND_SEED=7 CONTEND_BLOCK_RATE=0
is 'counts are multiples of the fraction' "$(($(count sampled mutex) % 3))" 0
is 'the same seed keeps the same' "$(count again mutex ';hold_it;')" "$(count sampled mutex ';hold_it;')"

with silent CONTEND_EXIT=0
is 'CONTEND_EXIT=0 writes nothing at the end' "$(dumps silent)" 0

with shallow CONTEND_DEPTH=4
block=$(decoded shallow last block)
is 'CONTEND_DEPTH=4 cuts stacks, and says so at the root' \
	"$(grep -v '^#' "$block" | grep -c '\[truncated\]$')" "$(grep -vc '^#' "$block")"
is 'to four frames' "$(grep -v '^#' "$block" | cut -f 4 | grep -v '\[truncated\]$' | awk -F ';' 'NF != 4' | wc -l)" 0
frames=$(grep -v '^#' "$block" | cut -f 4 | sed 's/;\[truncated\]$//' | awk -F ';' '{ print NF }' | sort -n | tail -n 1)
check 'the leaf side is kept' grep -q $'\tpthread_mutex_lock;wait_for_it' "$block"
at_least 'a cut stack has no more than four frames of code' 4 "${frames:-9}"
lost=$(sed -n 's/^# comment # lost: \(.*\) stacks cut at CONTEND_DEPTH$/\1/p' "$block")
is 'each of them is counted, whether it was walked or kept' "$lost" $(($(count shallow block) + $(count shallow mutex)))

mkdir "$work/there"
with out CONTEND_OUT="$work/there/%e-%p-%%-%h-%n"
read -r process _ <"$work/out.out"
files=("$work/there"/*)
is 'CONTEND_OUT names two files' ${#files[@]} 2
check 'by program, process, host and number' grep -qE "/exit_ways-$process-%-$(uname -n)-[0-9]+\.block\.pb\.gz$" <<<"${files[0]}"
(cd "$work/there" && rm -f ./* && env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 "$live/exit_ways" >/dev/null)
check 'by default they are in the start directory' test "$(cd "$work/there" && ls contend.exit_ways.*.mutex.pb.gz)"

with unknown CONTEND_FRACTOIN=1
is 'an unknown variable is one line' "$(said unknown)" 1
check 'that names it' grep -q CONTEND_FRACTOIN "$work/unknown.err"
with bad CONTEND_BLOCK_RATE=soon
is 'a bad value is one line' "$(said bad)" 1
check 'that names it' grep -q CONTEND_BLOCK_RATE "$work/bad.err"
is 'and recording goes on' "$(count bad mutex ';hold_it;')" 10

# The dump signal: another one, and none at all.
# What a killed program left.
forget_region()
{
	find "$CONTEND_REGION_DIR" -type f -name "$pid.*" -delete
}

start_profiled usr1 env CONTEND_SIGNAL=USR1 "$live/contend_until"
check 'CONTEND_SIGNAL=USR1: the program is ready' await says "$work/usr1.out" ready
kill -USR1 $pid
check 'SIGUSR1 dumps' await has_dump usr1
kill -USR2 $pid
wait $pid 2>/dev/null
is 'SIGUSR2 does what it did without us' $? $((128 + $(kill -l USR2)))
exec 9>&-
forget_region

start_profiled no_signal env CONTEND_SIGNAL=none "$live/contend_until"
check 'CONTEND_SIGNAL=none: the program is ready' await says "$work/no_signal.out" ready
kill -USR2 $pid
wait $pid 2>/dev/null
is 'no signal is taken' $? $((128 + $(kill -l USR2)))
exec 9>&-
forget_region

with hidden CONTEND_REGION_DIR=/nowhere
is 'without a directory for the region all is recorded still' "$(count hidden block ';wait_for_it;')" 10
with small CONTEND_MEMORY=2m
is 'so it is in the least memory' "$(count small block ';wait_for_it;')" 10
finish
