#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# The profile `contention` has each waiter under the one who held it up, and as much of it in all as the mutex profile has.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'without the option the program ends well' profiled plain "$live/pairs"
is 'there are two profiles' "$(find "$work" -name 'plain.*.pb.gz' | wc -l)" 2

# Each sample is rounded down to a ns.
totals_are_equal()
{
	local pairs mutex

	pairs=$(decoded "$1" "$2" contention) mutex=$(decoded "$1" "$2" mutex)
	local all_pairs all_mutex samples
	all_pairs=$(sum "$pairs" delay) all_mutex=$(sum "$mutex" delay)
	samples=$(cat "$pairs" "$mutex" | grep -vc '^#')
	at_least "$1: somebody waited" "$all_mutex" 1
	check "$1: $all_pairs ns of pairs are the $all_mutex ns of the mutex profile, in $samples samples" \
		test $((all_pairs - all_mutex)) -le "$samples" -a $((all_mutex - all_pairs)) -le "$samples"
}

export CONTEND_PAIRS=1
check 'with it, too' profiled pairs "$live/pairs"
pairs=$(decoded pairs last contention)
mapfile -t held <"$work/pairs.out"
is 'both holders were there' "${#held[@]}" 2
for i in 0 1; do
	holder=(hold_first hold_second)
	for waiter in wait_here wait_there; do
		stack="^pthread_mutex_unlock;${holder[i]};.*;.blocked by.;pthread_mutex_lock;$waiter;"
		is "${holder[i]} held up $waiter once" "$(sum "$pairs" count "$stack")" 1
		at_least "${holder[i]} held up $waiter as long as it held" "$(sum "$pairs" delay "$stack")" "${held[i]}"
	done
done
is 'all waiters are known' "$(sum "$pairs" count 'waiter unknown')" 0
totals_are_equal pairs last
comments=$(go tool pprof -comments "$work/pairs.$(last_dump pairs).contention.pb.gz")
check 'what is said of it' grep -q '^contention: .*; every release counted$' <<<"$comments"
"$contend" show --folded "$work/pairs.$(last_dump pairs).contention.pb.gz" >"$work/folded"
check 'the waiter is the root of a flame graph' \
	grep -qE 'wait_here;pthread_mutex_lock;\[blocked by\];.*;hold_first;pthread_mutex_unlock [0-9]+$' "$work/folded"

check 'a storm ends well' profiled storm "$live/pairs" storm
totals_are_equal storm last
check 'one with a fraction, too' profiled fraction env CONTEND_FRACTION=3 "$live/pairs" storm
totals_are_equal fraction last

check 'a storm of words ends well' profiled words "$live/pairs" words
totals_are_equal words last
at_least 'whose waiters are known' \
	"$(sum "$(decoded words last contention)" delay '^syscall;.*take_word;.*;.blocked by.;syscall;.*lock_contended.*;take_word;')" 1

# A lock that is held by one who waits himself.
start_profiled held "$live/held" slow
check 'all wait' await says "$work/held.out" ready
check 'a dump meanwhile' "$contend" dump -o "$work/still.0" --no-lines "$pid"
still=$(decoded still 0 contention)
is 'who holds the lock holds up three' "$(sum "$still" count '^.still held.;.*;hold_and_wait;.*;.blocked by.;pthread_mutex_lock;audit;')" 3
totals_are_equal still 0
finish_program
is 'it ends as it would have' $? 0
check 'and writes a dump' await has_dump held
totals_are_equal held last
finish
