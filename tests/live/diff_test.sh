#!/bin/bash
# SPDX-License-Identifier: MIT
# `contend diff` says what grew and what shrank between two profiles, as they are or per second of recording.
. "${ROOT:-$PWD}/tests/live/common.sh"

# diff ARGUMENT...: output in $work/diff.out and .err, exit status in $status.
diff()
{
	"$contend" diff "$@" >"$work/diff.out" 2>"$work/diff.err"
	status=$?
}

# The first line of a part of the text whose stack matches.
line()
{
	awk -v title="$1" '$0 == "" { inside = 0 } inside { print } index($0, title) == 1 { inside = 1 }' "$work/diff.out" |
		grep -m 1 "${2:-}"
}

# A number of the JSON: an expression of python with `d`, the first comparison, and `stack(NAME)`, the values of the one stack
# that has such a function.
number()
{
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))[0]
def stack(name):
    found, = [s for s in d["stacks"] if name in s["stack"]]
    return found
print(eval(sys.argv[2]))' "$work/diff.out" "$1"
}

refused()
{
	is "$2: exit status" "$status" "$1"
	is "$2: said once" "$(grep -cF -- "$2" "$work/diff.err")" 1
	is "$2: nothing else is shown" "$(cat "$work/diff.out")" ''
}

# The first lock grows from 5 waits of 10 ms to 10 of 30 ms; the second shrinks from 10 of 30 ms to 5 of 10 ms.
profiled old "$live/diff" 5 10 10 30
profiled new "$live/diff" 10 30 5 10
mapfile -t old_ns <"$work/old.out"
mapfile -t new_ns <"$work/new.out"
for profile in block mutex; do
	declare "old_$profile=$work/old.$(last_dump old).$profile.pb.gz" "new_$profile=$work/new.$(last_dump new).$profile.pb.gz"
	declare "old_${profile}_text=$(decoded old last $profile)" "new_${profile}_text=$(decoded new last $profile)"
done

diff --json "$old_block" "$new_block"
is 'two profiles are compared' "$status $(cat "$work/diff.err")" '0 '
for lock in first second; do
	is "$lock lock, old: as decoded" "$(number "stack('wait_for_$lock')['old']['delay_ns']")" \
		"$(sum "$old_block_text" delay "wait_for_$lock")"
	is "$lock lock, new: as decoded" "$(number "stack('wait_for_$lock')['new']['delay_ns']")" \
		"$(sum "$new_block_text" delay "wait_for_$lock")"
	is "$lock lock: the change is the difference" "$(number "stack('wait_for_$lock')['change']['delay_ns']")" \
		"$(($(sum "$new_block_text" delay "wait_for_$lock") - $(sum "$old_block_text" delay "wait_for_$lock")))"
done
near 'the first grew by what the program says' "$(number "stack('wait_for_first')['change']['delay_ns']")" \
	$((new_ns[0] - old_ns[0])) 5
near 'the second shrank by what the program says' "$(number "-stack('wait_for_second')['change']['delay_ns']")" \
	$((old_ns[1] - new_ns[1])) 5
is 'so many waits more' "$(number "stack('wait_for_first')['change']['contentions']")" 5
is 'so many less' "$(number "stack('wait_for_second')['change']['contentions']")" -5
is 'the totals are those of the profiles' "$(number "(d['old']['delay_ns'], d['new']['delay_ns'])")" \
	"($(sum "$old_block_text" delay), $(sum "$new_block_text" delay))"
# Without the sleep of those who hold them, which is as long.
diff --no-idle --json "$old_block" "$new_block"
is 'what grew most stands first' "$(number "d['stacks'][0]['stack'][1]")" wait_for_first
is 'what shrank most last' "$(number "d['stacks'][-1]['stack'][1]")" wait_for_second
is '--no-idle: no idle wait is left' "$(number "sum(s['idle'] for s in d['stacks'])")" 0
at_least '--no-idle: the others are' "$(number "len(d['stacks'])")" 2

diff --no-idle "$old_block" "$new_block"
is 'as text' "$status $(cat "$work/diff.err")" '0 '
is 'its columns have heads' "$(sed -n '/^total$/{n;p}' "$work/diff.out" | xargs)" 'DELAY +/- OLD -> NEW % CONTENTIONS'
is 'both are named' "$(grep -cxF -e "old  $old_block: block, $(sed -n 's/^# duration //p' "$old_block_text" |
	awk '{ printf "%.2f s", $1 / 1e9 }')" "$work/diff.out")" 1
check 'what grew, with a plus' grep -q '^ *+[0-9.]*ms .* -> .*ms  *+[1-9][0-9]*%  *+5  mutex  pthread_mutex_lock < wait_for_first < ' <(line grew .)
check 'what shrank, with a minus' grep -q '^ *-[0-9.]*ms .* -> .*ms  *-[1-9][0-9]*%  *-5  mutex  pthread_mutex_lock < wait_for_second < ' \
	<(line shrank .)
at_least 'kinds are added up' "$(line 'by kind' ' mutex$' | grep -c .)" 1
diff "$old_mutex" "$new_mutex"
check 'the mutex profile: the holder that grew' grep -q 'pthread_mutex_unlock < hold_first ' <(line grew .)
check 'and the one that shrank' grep -q 'pthread_mutex_unlock < hold_second ' <(line shrank .)
is 'it has no kinds' "$(grep -c 'by kind' "$work/diff.out")" 0

# Twice the waits in a recording that is longer: per second they are what the durations make of them.
diff --json --per-second "$old_block" "$new_block"
for side in old new; do
	text=${side}_block_text
	declare "${side}_rate=$(awk -v ns="$(sum "${!text}" delay wait_for_first)" \
		-v duration="$(sed -n 's/^# duration //p' "${!text}")" 'BEGIN { printf "%.3f", ns / duration * 1e9 }')"
done
near 'per second of recording' "$(number "stack('wait_for_first')['change']['delay_ns']")" \
	"$(awk -v old="$old_rate" -v new="$new_rate" 'BEGIN { printf "%.3f", new - old }')" 0.01
diff --per-second "$old_block" "$new_block"
is 'per second, as text: said' "$(grep -c '^total, per second$' "$work/diff.out")" 1

diff "$old_block" "$old_block"
is 'nothing grew between a profile and itself' "$(line grew)" '  nothing'
is 'and nothing shrank' "$(line shrank)" '  nothing'
diff -n 1 --weight contentions "$old_block" "$new_block"
is '-n 1: one line' "$(sed -n '/^grew$/,/^$/p' "$work/diff.out" | grep -c -- '->')" 1

# A process that lives: its own profiles, each against the other's of its name.
start_profiled lives "$live/contend_until"
await says "$work/lives.out" ready
"$contend" dump -o "$work/early.%n" "$pid" >"$work/early.names"
early=$(grep mutex "$work/early.names")
diff --json "$early" "$pid"
is 'a file and a process are compared' "$status $(cat "$work/diff.err")" '0 '
is 'the mutex profile with the mutex profile' "$(number "d['profile']")" mutex
check 'what a process recorded only grows' test "$(number "min(s['change']['delay_ns'] for s in d['stacks'])")" -ge 0
diff --json "$pid" "$pid"
is 'a process and a process: all profiles' "$(python3 -c 'import json, sys
print(*[d["profile"] for d in json.load(sys.stdin)])' <"$work/diff.out")" 'mutex block'
finish_program

diff "$old_mutex" "$new_block"
refused 1 "contend: $old_mutex is a mutex profile, $new_block is none: they cannot be compared"
diff "$old_mutex" "$work/none"
refused 1 "$work/none: No such file or directory"
diff "$old_mutex"
refused 2 'two profiles are compared, not 1'
diff --weight heavy "$old_mutex" "$new_mutex"
refused 2 'heavy: not delay or contentions, nor held or acquisitions'
diff -n 0 "$old_mutex" "$new_mutex"
refused 2 '0: not a number of stacks'
diff --help
is 'help is no failure' "$status" 0
"$contend" diff "$old_block" "$new_block" >/dev/full 2>"$work/diff.err"
is 'what cannot be written is a failure' $? 1
finish
