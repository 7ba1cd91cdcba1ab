#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# SIGUSR2 writes one mutex and one block profile while the program runs on, as often as it is sent.
. "${ROOT:-$PWD}/tests/live/common.sh"

files()
{
	find "$work" -name "$1.*" ! -name '*.out' ! -name '*.err' ! -name '*.txt' | wc -l
}

# The sum of the negative values of NEW less OLD; 0 for a profile that only grows.
shrunk()
{
	pprof -traces -unit ns "$@" 2>&1 | grep -cE '^ *-[0-9.]+[a-z]+ '
}

start_profiled threads "$live/contend_until"
check 'the program is ready' await says "$work/threads.out" ready
kill -USR2 $pid
check 'the first dump appears' await has_dump threads
first=$(first_dump threads)
kill -USR2 $pid
check 'the second dump appears' await has_dump threads $((first + 1))
check 'the program runs on' kill -0 $pid
is 'a dump is two files' "$(files threads)" 4
finish_program
is 'the program ends as it would have' $? 7
is 'it saw nothing' "$(cat "$work/threads.err")" ''
check 'its end writes the last dump' has_dump threads $((first + 2))
is 'there is nothing else' "$(files threads)" 6
for profile in mutex block; do
	for number in $first $((first + 1)) $((first + 2)); do
		at_least "$profile $number shows the critical section" \
			"$(sum "$(decoded threads "$number" $profile)" count ';critical_section;')" 1
	done
	is "$profile never shrinks" "$(shrunk -base "$work/threads.$first.$profile.pb.gz" \
		"$work/threads.$((first + 2)).$profile.pb.gz")" 0
	is "(the other way round it does)" "$(($(shrunk -base "$work/threads.$((first + 2)).$profile.pb.gz" \
		"$work/threads.$first.$profile.pb.gz") > 0))" 1
done

start_profiled told env CONTEND_VERBOSE=1 "$live/contend_until"
check 'a program with messages is ready' await says "$work/told.out" ready
kill -USR2 $pid
check 'its thread for dumps says what it wrote' await says "$work/told.err" "contend: wrote $work/told.[0-9]*.mutex.pb.gz"
finish_program

start_profiled storm "$live/contend_until" 8
check 'the program of the storm is ready' await says "$work/storm.out" ready
for ((i = 0; i < 300; i++)); do
	kill -USR2 $pid
done
sleep 0.5
finish_program
is 'a program survives a storm of signals' $? 7
is 'and sees nothing of it' "$(cat "$work/storm.err")" ''
last=$(last_dump storm)
first=$(first_dump storm)
at_least 'the storm made a dump, and the end another' "$last" $((first + 1))
is 'each is two files, none is missing, nothing else is there' "$(files storm)" $(((last - first + 1) * 2))
previous=0
for ((number = first; number <= last; number++)); do
	count=$(sum "$(decoded storm $number mutex)" count ';critical_section;')
	[ "$count" -ge "$previous" ] || break
	previous=$count
done
is 'dumps are whole and in order' $number $((last + 1))

for i in 1 2 3; do
	profiled asked$i env CONTEND_EXIT=0 "$live/exit_ways" asked
	is 'a program that asks just before its end ends as it would have' $? 3
	is 'what it asked for is written first, once' "$(files asked$i)" 2
	is 'whole' "$(sum "$(decoded asked$i last mutex)" count ';hold_it;')" 10
done

export CONTEND_CHILDREN=0 # the child's dumps are none of these
for place in lock read; do
	start_profiled $place "$live/single_blocked" $place
	check "a process with a single thread blocks in $place" await says "$work/$place.out" blocked
	sleep 0.1
	is 'it has a single thread' "$(ls "/proc/$pid/task" | wc -l)" 1
	kill -USR2 $pid
	check 'it dumps there' await has_dump $place
	first=$(first_dump $place)
	is 'its waits are in it, and the one that goes on' \
		"$(sum "$(decoded $place "$first" block)" count '^(pthread_mutex_lock;wait_for_child|read;read_until_end);main;')" 6
	kill -USR2 $pid
	check 'it dumps again' await has_dump $place $((first + 1))
	is 'it still has a single thread' "$(ls "/proc/$pid/task" | wc -l)" 1
	finish_program
	is 'it ends as it would have' $? 0
	is 'it saw no interruption' "$(cat "$work/$place.err")" ''
done
finish
