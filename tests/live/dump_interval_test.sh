#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# `contend dump` adds lines by itself; --seconds and --delta write exactly what happened in between, and leave the region alone.
. "${ROOT:-$PWD}/tests/live/common.sh"
CONTEND_REGION_DIR=$(mktemp -d "$regions/contend-dump.XXXXXX")
trap 'rm -rf "$work" "$CONTEND_REGION_DIR"' EXIT
source=$ROOT/tests/live/symbolize.c

# How often the program has said that it is ready.
is_ready()
{
	[ "$(grep -c ready "$work/$1.out")" -ge "$2" ]
}

# RUN: in $pid a program that has waited ten times, in `outer`.
start_waits()
{
	start_profiled "$1" "$live/symbolize"
	turns=1
	check "$1: it is ready" await is_ready "$1" 1
}

# RUN: seven more waits, in `later`.
wait_more()
{
	echo >&9
	turns=$((turns + 1))
	check "$1: it has waited more" await is_ready "$1" $turns
}

# NAME ARGUMENT...: profiles as $work/NAME.0.*, complaints in NAME.err, exit status in $status.
dump()
{
	"$contend" dump -o "$work/$1.0" "${@:2}" >"$work/$1.names" 2>"$work/$1.err"
	status=$?
}

# NAME: how often `outer` and `later` have waited, as the block profile says, and what was charged to whoever held the lock.
waits()
{
	local block mutex
	block=$(decoded "$1" 0 block)
	mutex=$(decoded "$1" 0 mutex)
	echo "$(sum "$block" count '^pthread_mutex_lock;.*;?outer;') $(sum "$block" count '^pthread_mutex_lock;later;') $(sum "$mutex" count '^pthread_mutex_unlock;hold;')"
}

field()
{
	sed -n "s/^# $2 //p" "$(decoded "$1" 0 block)"
}

# PID: has the dump taken its first look?
is_looking()
{
	grep -q '^7 ' "/proc/$1/syscall" 2>/dev/null # poll
}

start_waits run
dump all "$pid"
is 'dump works' "$status $(cat "$work/all.err")" '0 '
is 'all since the start' "$(waits all)" '10 0 10'
line=$(grep -n 'line: innermost' "$source" | cut -d : -f 1)
check 'it has lines' grep -q "^# line [0-9]* $line [0-9]* innermost	$source\$" "$(decoded all 0 block)"
dump names --no-lines "$pid"
is '--no-lines: names only' "$status $(grep -c '^# line ' "$(decoded names 0 block)")" '0 0'
is '--no-lines: the same waits' "$(waits names)" '10 0 10'
is 'no interval is claimed' "$(field all comment | grep -c interval)" 0

# What happened since the last time.
dump first --delta "$pid"
is '--delta: the first has all since the start' "$status $(waits first)" '0 10 0 10'
wait_more run
dump between "$pid"
is 'in between, all' "$(waits between)" '10 7 17'
dump second --delta "$pid"
is '--delta: the second has what happened since, and only that' "$status $(waits second)" '0 0 7 7'
is '--delta: it says so' "$(field second comment | grep -c '^# interval: ')" 1
is '--delta: no value is negative' "$(awk -F '\t' '!/^#/ && ($1 < 0 || $2 < 0 || $1 + $2 == 0)' "$work/second.0.block.txt" | wc -l)" 0
is '--delta: it begins where the last one was written' "$(field second duration)" "$(($(field second time) - $(field first time)))"
pprof -proto -output "$work/sub.pb.gz" -base "$work/first.0.block.pb.gz" "$work/between.0.block.pb.gz" >"$work/pprof" 2>&1
is '--delta: as pprof -base subtracts' "$(sum "$(decoded second 0 block)" delay ';later;')" \
	"$("$BUILD/tests/decode" "$work/sub.pb.gz" >"$work/sub.txt"; sum "$work/sub.txt" delay ';later;')"
dump third --delta "$pid"
is '--delta: nothing new' "$status $(waits third)" '0 0 0 0'
is '--delta: copies are for their owner alone' "$(find "$CONTEND_REGION_DIR"/*.delta -printf '%m ' | sort)" '700 600 '
list=$("$contend" list 2>&1)
is 'they are no regions' "$(grep -cv PID <<<"$list")" 1

# What happens from now on. The program's end ends it, too.
dump seconds --seconds 600 "$pid" 9>&- &
dumping=$!
looking=
await eval 'looking=$(pgrep -P $dumping contend)'
check '--seconds: it looks' await is_looking "$looking"
wait_more run
finish_program
wait "$dumping"
is '--seconds: what happened in it, up to the end of the program' "$(waits seconds)" '0 7 7'
is '--seconds: it says so' "$(field seconds comment | grep -c '^# interval: ')" 1

start_waits stopped
dump stopped_by --seconds 600 "$pid" 9>&- &
dumping=$!
await eval 'looking=$(pgrep -P $dumping contend)'
check 'Ctrl-C: it looks' await is_looking "$looking"
wait_more stopped
kill -INT "$looking"
wait "$dumping"
is 'Ctrl-C: what happened until then' "$(waits stopped_by)" '0 7 7'
dump short --seconds 0.05 "$pid"
is '--seconds: a short time in which nothing ends' "$status $(waits short)" '0 0 0 0'
at_least '--seconds: as long as it was asked for' "$(field short duration)" 50000000

# One profile on standard output.
for kind in mutex block; do
	"$contend" dump -o - --profile $kind "$pid" >"$work/out.0.$kind.pb.gz" 2>"$work/err"
	is "-o - --profile $kind" $? 0
done
is '-o -: they are those' "$(waits out)" '10 7 17'
rm -f "$work"/only.*
dump only --profile mutex "$pid"
is '--profile: only that one' "$(cat "$work/only.names")" "$work/only.0.mutex.pb.gz"
dump missing --profile wake "$pid"
is 'a profile that is not kept' "$status $(grep -c 'keeps no such profile\|No such' "$work/missing.err")" '1 1'

# It dies: the region is left, and a delta leaves it.
dump before --delta "$pid"
wait_more stopped
kill -KILL "$pid"
finish_program 2>/dev/null
dump after --delta "$pid"
is 'dead: --delta has what it did last' "$status $(waits after)" '0 0 7 7'
dump dead_seconds --seconds 1 "$pid"
is 'dead: --seconds says that nothing will happen' "$status $(grep -c 'is dead' "$work/dead_seconds.err")" '1 1'
dump whole "$pid"
is 'dead: all of it is still there' "$status $(waits whole)" '0 10 14 24'
is 'dead: and then goes' "$(find "$CONTEND_REGION_DIR/contend-$(id -u)" -type f | wc -l)" 0
is 'dead: with what was kept for the next --delta' "$(find "$CONTEND_REGION_DIR"/*.delta -type f)" ''
start_waits other
dump other --delta "$pid"
is 'copies are of one process' "$(find "$CONTEND_REGION_DIR"/*.delta -type f -printf '%f\n' | cut -d . -f 1)" "$pid"
finish_program
"$contend" list >"$work/list.out" 2>&1
is 'copies of what has no region go with the next list' "$(find "$CONTEND_REGION_DIR"/*.delta -type f)" ''

for arguments in '--seconds 0 1' '--seconds -1 1' '--seconds x 1' '--seconds nan 1' '--seconds 1 --delta 1' '--profile all 1' '-o - 1' \
	'--delta --dead' '--seconds 1 --dead' '--delta --region x' '1x' '0' ''; do
	# shellcheck disable=SC2086 # a list
	"$contend" dump $arguments >"$work/out" 2>"$work/err"
	is "dump $arguments: the command line is wrong" "$? $(cat "$work/out")" '2 '
done
finish
