#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 100
# leaves: regions that were damaged on purpose
# What the library keeps in its region is consistent, as `contend check` sees it: while threads contend, after they were killed,
# and after the end of the last one; and what is not a region is told in one line.
. "${ROOT:-$PWD}/tests/live/common.sh"

regions_of()
{
	find "$CONTEND_REGION_DIR" -type f -name "$1.*" 2>/dev/null
}

# NAME PATTERN ARGUMENT...: one line that matches, nothing else, status 0.
passes()
{
	local name=$1 pattern=$2 status

	shift 2
	"$contend" check "$@" >"$work/check.out" 2>"$work/check.err"
	status=$?
	is "$name: it is consistent" "$status $(cat "$work/check.err")" '0 '
	is "$name: in one line" "$(grep -c '' "$work/check.out")" 1
	check "$name: that says so" grep -Eq "$pattern" "$work/check.out"
}

# NAME PATTERN ARGUMENT...: status 1, one line of complaint that matches, nothing else.
fails()
{
	local name=$1 pattern=$2 status

	shift 2
	"$contend" check "$@" >"$work/check.out" 2>"$work/check.err"
	status=$?
	is "$name: status 1" $status 1
	is "$name: one line" "$(cat "$work/check.out" "$work/check.err" | grep -c '')" 1
	check "$name: that says what" grep -Eq "$pattern" "$work/check.err"
}

start_profiled busy "$live/contend_until" 8
check 'threads contend' await says "$work/busy.out" ready
consistent=0
for ((i = 0; i < 100; i++)); do
	"$contend" check "$pid" >>"$work/live.out" 2>>"$work/live.err" && consistent=$((consistent + 1))
done
is 'a region in use is consistent, 100 times' "$consistent $(head -n 5 "$work/live.err")" '100 '
is 'each in one line' "$(grep -c 'consistent, in use: .* threads, .* waits, .* lost$' "$work/live.out")" 100
passes 'by its file' 'in use' "$(regions_of "$pid")"

kill -KILL "$pid"
{ wait "$pid"; } 2>/dev/null
exec 9>&-
region=$(regions_of "$pid")
passes 'killed while threads contend' "consistent, left behind: ([89]|1[0-9]) threads" "$pid"
cp "$region" "$work/whole"
passes 'a copy' 'left behind' "$work/whole"

head -c 100000 "$work/whole" >"$work/short"
fails 'a truncated copy' 'short: not a region of libcontend, or a damaged one$' "$work/short"
cp "$work/whole" "$work/garbled"
printf 'XXXXXXXX' | dd of="$work/garbled" conv=notrunc status=none
fails 'a garbled beginning' 'garbled: not a region of libcontend, or a damaged one$' "$work/garbled"
printf 'text' >"$work/text"
fails 'a text' 'text: not a region' "$work/text"
fails 'no file' 'nowhere: No such file' "$work/nowhere"
fails 'a directory' 'not a region|directory' "$work"
fails 'a process that is not profiled' 'is not profiled' $$
cp "$work/whole" "$work/zeroed"
blocks=$(($(stat -c %s "$work/whole") / 4096))
dd if=/dev/zero of="$work/zeroed" bs=4096 seek=1 count=$((blocks - 1)) conv=notrunc status=none
"$contend" check "$work/zeroed" >"$work/check.out" 2>"$work/check.err"
is 'zeros behind the header: status 1' $? 1
is 'nothing is said to be consistent' "$(cat "$work/check.out")" ''
at_least 'and the faults are named' "$(grep -c "zeroed: " "$work/check.err")" 5
"$contend" check "$work/zeroed" "$work/whole" >"$work/check.out" 2>/dev/null
is 'of several files each is checked: status 1' $? 1
is 'and the good one passes' "$(grep -c 'whole: consistent' "$work/check.out")" 1
rm -f "$region"

# Ended threads leave nothing behind: no wait, no record, no waiter.
profiled ended "$live/exit_ways" SIGKILL 2>/dev/null
read -r process rounds _ <"$work/ended.out"
passes 'killed when all had ended' "at rest: [0-9]+ threads, 0 waits, .* mutex $rounds events, .* 0 lost" --at-rest "$process"
rm -f "$(regions_of "$process")"

"$contend" check >"$work/check.out" 2>"$work/check.err"
is 'no argument is a mistake' $? 2
"$contend" check --wrong 1 >"$work/check.out" 2>"$work/check.err"
is 'so is an option that does not exist' $? 2
"$contend" check --help >"$work/check.out" 2>"$work/check.err"
is 'help is none' "$? $(cat "$work/check.err")" '0 '
check 'and helps' grep -q -- --at-rest "$work/check.out"
finish
