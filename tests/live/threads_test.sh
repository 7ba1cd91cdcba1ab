#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# `contend threads` shows what every thread waits for, since when, who holds it and from where; finds deadlocks, explains them, and sees
# none where there is none; disturbs nobody; and makes do with the region where it may see no more.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "${ROOT:-$PWD}/tests/live/waiting.sh"
cd "$work" || exit 1

threads()
{
	"$contend" threads "$@" >threads.out 2>threads.err
}

# EXPRESSION: of the last look, in Python: `look`, `by` (threads by their names), `wait` (their waits).
seen()
{
	/usr/bin/python3 - "$1" <<'END'
import json, sys
look = json.load(open("look.json"))
by = {thread["name"]: thread for thread in look["threads"]}
wait = {name: thread["wait"] for name, thread in by.items()}
names = {thread["tid"]: thread["name"] for thread in look["threads"]}
circles = [sorted(names[tid] for tid in deadlock["threads"]) for deadlock in look["deadlocks"]]
print(eval(sys.argv[1]))
END
}

# The same of a new look.
look()
{
	"$contend" threads --json "$main" >look.json 2>look.err
	seen "$1"
}

shows()
{
	[ "$(look "$1")" = "$2" ]
}

# NAME EXPRESSION VALUE: waits until it is so.
is_shown()
{
	if await shows "$2" "$3"; then result ok "$1"; else result 'not ok' "$1" "got $(look "$2"), expected $3"; fi
}

# Deadlocks.
for count in 2 5; do
	start_waiting ring $count
	is_shown "$count locks: the circle is found" circles "[[$(seq -s ', ' -f "'ring-%g'" 0 $((count - 1)))]]"
	threads "$main"
	is "$count locks: the status tells of it" $? 3
	is "$count locks: it comes first" "$(sed -n 3p threads.out)" \
		"DEADLOCK 1: $count threads wait for each other in a circle, for ever."
	is "$count locks: each thread is explained, with its lock and who holds that" \
		"$(grep -Ec '^  Thread [0-9]+ \(ring-[0-9]\) has waited .* for mutex ring(\+0x[0-9a-f]+)?, held by [0-9]+ \(ring-[0-9]\)$' threads.out)" $count
	is "$count locks: and where it stands" "$(grep -Ec '^      take_two  *threads.c:[0-9]+$' threads.out)" $count
	end_waiting
done

start_waiting tail 2
is_shown 'who waits behind a circle is not in it' 'circles, look["deadlocks"][0]["threads_behind"], by["behind"]["behind_deadlock"]' \
	"([['ring-0', 'ring-1']], 1, 1)"
end_waiting
start_waiting mixed
is_shown 'a mutex and a reader-writer lock: the circle is found' \
	'circles, wait["writer"]["object"], wait["reader"]["object"], wait["reader"]["kind"]' \
	"([['reader', 'writer']], 'first_lock', 'table_lock', 'rwlock-read')"
end_waiting
start_waiting joined
is_shown 'a thread that is joined waits for the lock of who joins it' 'circles, wait["joining"]["kind"]' "([['joined', 'joining']], 'join')"
end_waiting
start_waiting condition
is_shown 'a woken waiter of a condition waits for its mutex' 'circles, wait["listener"]["kind"], wait["listener"]["gets_mutex_back"], wait["listener"]["object"]' \
	"([['listener', 'messenger']], 'cond', True, 'first_lock')"
end_waiting
start_waiting self
is_shown 'a thread that locks twice' 'circles, wait["selfish"]["holder_name"]' "([['selfish']], 'selfish')"
end_waiting
start_waiting limited
is_shown 'a circle that will end by itself is told' 'circles, look["deadlocks"][0]["limited"]' "([['impatient', 'patient']], True)"
end_waiting
start_waiting gone
is_shown 'a lock that an ended thread left locked' 'circles, wait["left-behind"]["holder_has_ended"], wait["left-behind"]["object"]' \
	"([], True, 'first_lock')"
threads --no-stacks "$main"
is 'is explained' "$(grep -Ec '^STUCK: thread [0-9]+ \(left-behind\) has waited .* for mutex first_lock, left locked by thread [0-9]+, which has ended\.$' threads.out)" 1
end_waiting

start_waiting busy 8
threads --looks 1000 "$main"
is 'a busy process: no deadlock in 1,000 looks' $? 0
is 'its threads are all there' "$(grep -Ec ' busy  ' threads.out)" 8
# One that has its lock, and has not said so yet, waits for what it holds itself.
found=0
for ((stops = 0; stops < 200; stops++)); do
	kill -STOP "$main"
	threads --no-stacks "$main" || found=$((found + 1))
	kill -CONT "$main"
done
is 'nor in 200 looks at it when it is stopped' "$found" 0
end_waiting

# Every kind of wait.
export CONTEND_SPIN=1
start_waiting kinds "$work/locked"
unset CONTEND_SPIN
kinds='accept barrier child cond epoll flock futex join mutex once poll read recv rwlock-read rwlock-write select semaphore signal sleep spin write'
is_shown 'every kind of wait has its name' '" ".join(sorted(name for name, its in wait.items() if its and its["kind"] == name))' "$kinds"
sleep 0.1
is_shown 'and lasts' 'all(50_000_000 < its["waited_ns"] < 60_000_000_000 for its in wait.values() if its)' True
is 'since when' "$(seen 'all(abs(look["taken_ns"] - its["waited_ns"] - its["since_ns"]) < 1_000_000_000 for its in wait.values() if its)')" True
is 'mutexes of every type have their holder' \
	"$(seen '[wait[name]["holder"] == look["pid"] for name in ("mutex", "recursive", "robust", "inheriting", "rwlock-read")]')" \
	'[True, True, True, True, True]'
is 'and their names' "$(seen '" ".join(wait[name]["object"] for name in ("mutex", "recursive", "robust", "inheriting", "rwlock-read", "rwlock-write", "spin", "cond", "semaphore", "barrier", "once", "futex"))')" \
	'held_mutex recursive robust inheriting written read_only spinning news empty never_full only_once futex_word'
is 'of readers the number is known' "$(seen 'wait["rwlock-write"]["held_by"], wait["rwlock-write"]["readers"], wait["rwlock-write"]["holder"]')" "('readers', 1, None)"
is 'what else is known' "$(seen '[wait[name]["detail"] for name in ("recursive", "barrier", "semaphore")]')" \
	"['recursive, 2 deep', '1 of 3 are there', 'value 0']"
is 'a join is for a thread' "$(seen 'wait["join"]["holder_name"]')" routine
is 'files and sockets are named' "$(seen 'wait["flock"]["object"].split(" ", 2)[2], wait["recv"]["object"].split(" ", 2)[2][:7], wait["read"]["object"].split(" ", 2)[2][:4]')" \
	"('$work/locked', 'socket:', 'pipe')"
is 'every stack leads to its function' "$(seen 'all(any(frame["function"] == "wait_in_" + name.replace("-", "_") for frame in by[name]["stack"]) for name in "'"$kinds"'".split())')" True
is 'with file and line' "$(seen '{frame["file"].split("/")[-1] for frame in by["sleep"]["stack"] if frame["function"] == "wait_in_sleep" and frame["line"] > 0}')" "{'threads_kinds.h'}"
is 'and from the call' "$(seen '" ".join(by[name]["stack"][0]["function"] for name in ("mutex", "cond", "read", "sleep", "futex"))')" \
	'pthread_mutex_lock pthread_cond_wait read sleep syscall'
is 'no deadlock is seen' "$(seen circles)" '[]'
threads --no-stacks "$main"
is 'the table has a line for each thread' "$(grep -c . threads.out)" "$(seen 'len(look["threads"]) + 2')"
is 'and no stacks' "$(grep -c wait_in_ threads.out)" 0

# --wall.
"$contend" threads --wall --seconds 1 "$main" >wall.out
is 'wall: each is blocked in its own kind' \
	"$(awk 'NF > 5 && $1 ~ /^[0-9]+$/ && $2 != "threads" && $2 == $NF && / mostly blocked in / { print $2 }' wall.out | sort | xargs)" \
	"${kinds/ spin/}"
at_least 'wall: a spinning thread is on the CPU, or ready to be' "$(grep -Ec ' spin .*(mostly on CPU|mostly waits for a CPU|mixed)$' wall.out)" 1
"$contend" threads --json --seconds 1 "$main" >look.json
is 'as JSON: of the interval only' "$(seen '1e9 <= by["mutex"]["wall_ns"] < 60e9, 0.9 < by["mutex"]["waits_ns"]["mutex"] / by["mutex"]["wall_ns"] < 1.1, by["mutex"]["cpu_ns"] < 1e8')" '(True, True, True)'

# The region alone: as root without the right to trace, who may not read the memory of a process with more rights.
if [ "$(id -u)" = 0 ] && without='setpriv --bounding-set=-sys_ptrace' && ! $without cat "/proc/$main/mem" 2>&1 | grep -q 'Input/output'; then
	$without "$contend" threads "$main" >alone.out 2>alone.err
	is 'region alone: it is shown' $? 0
	is 'and what is missing, with a way out' "$(grep -c '^Note: its memory may not be read.*ptrace_scope' alone.out)" 1
	is 'the kinds of waits are' "$(awk '$1 ~ /^[0-9]+$/ && $2 == $3 { print $2 }' alone.out | sort | xargs)" "$kinds"
	is 'and the stacks that were taken beforehand' "$(grep -c 'wait_in_mutex  *threads_kinds.h' alone.out)" 1
	is 'no holders' "$(grep -c 'held by' alone.out)" 0
else
	skip 'region alone' 'nobody here may not trace'
fi

# A process that was killed.
kill -KILL "$main" && wait "$main" 2>/dev/null
"$contend" threads "$main" >dead.out
is 'a killed process is shown as it was' "$(awk '$3 == "mutex" { count++ } END { print count }' dead.out)" 4
at_least 'with the stacks' "$(grep -c wait_in_rwlock_read dead.out)" 1
region=$(find "$CONTEND_REGION_DIR/contend-$(id -u)" -name "$main.*")
"$contend" threads --region "$region" >file.out
is 'by its file, too' "$(grep -c wait_in_rwlock_read file.out)" 1
rm -f "$region"
end_waiting

# A crowd. Nobody in it may notice: none of its threads runs in a thousand looks.
switches()
{
	cat "/proc/$main/task/"*/status | awk '/ctxt_switches/ { sum += $2 } END { print sum }'
}
start_waiting crowd 1000
is_shown 'a crowd of 1,000' 'sum(1 for thread in look["threads"] if thread["wait"] and thread["wait"]["object"] == "first_lock" and thread["wait"]["holder"] == look["pid"])' 1000
before=$(switches)
for ((tries = 0, took_ms = 1000; tries < 10 && took_ms >= 1000; tries++)); do # others may want the machine
	begin=$(date +%s%N)
	threads "$main"
	took_ms=$((($(date +%s%N) - begin) / 1000000))
done
is 'is shown' "$(grep -c ' crowd  *mutex .* first_lock, held by ' threads.out)" 1000
is 'each stack once' "$(grep -c wait_in_crowd threads.out)" 1
check "in less than a second ($took_ms ms)" test "$took_ms" -lt 1000
threads --looks 100 "$main"
is 'none of the threads has run meanwhile' "$(switches)" "$before"
end_waiting

# A stranger's debug information. It leads to a pipe that nobody writes into, then it is damaged each time anew.
mkdir -p hostile
cp "$live/threads" hostile/program
objcopy --strip-debug hostile/program
mkfifo hostile/program.debug
printf 'program.debug\0\0\0\1\2\3\4' >hostile/link
objcopy --add-section .gnu_debuglink=hostile/link hostile/program
CONTEND_EXIT=0 start_profiled threads "$work/hostile/program" crowd 3
await says threads.out ready && exec 8>&9
main=$pid
is_crowd()
{
	[ "$("$contend" threads --json --no-lines "$main" | grep -o wait_in_crowd | wc -l)" = 3 ]
}
check 'hostile: its threads are shown without lines' await is_crowd
timeout -s KILL 60 "$contend" threads "$main" >threads.out 2>threads.err
is 'hostile: debug information without end: the others are shown' "$? $(grep -c ' wait_in_crowd$' threads.out) $(cat threads.err)" '0 1 '
is 'hostile: one line says what is missing' "$(grep -c '^Note: debug information .* takes too long: files and lines are missing\.$' threads.out)" 1
rm hostile/program.debug
wrong=
RANDOM=4711
for ((round = 1; round <= 10; round++)); do
	damage_debug_information "$live/threads" hostile/program.debug
	mv hostile/program.debug hostile/new && mv hostile/new hostile/program.debug
	timeout -s KILL 60 "$contend" threads "$main" >threads.out 2>threads.err ||
		wrong="$wrong $round: status $? $(cat threads.err);"
	grep -q '^      wait_in_crowd' threads.out || wrong="$wrong $round: the stack is gone;"
done
is 'hostile: damaged debug information does no harm' "$wrong" ''
end_waiting

# A process without threads; one whose threads wait as it ends.
start_waiting single
is_shown 'a process without threads' 'len(look["threads"]), wait["threads"]["kind"], by["threads"]["stack"][1]["function"]' "(1, 'read', 'main')"
end_waiting
start_waiting exit
is_shown 'one that waits as it ends' 'circles, wait["threads"]["kind"], [frame["function"] for frame in by["threads"]["stack"] if frame["function"] in ("wait_at_exit", "main")]' \
	"([['threads']], 'mutex', ['wait_at_exit', 'main'])"
kill -KILL "$main"
end_waiting

# What cannot be.
threads
is 'no process: usage' $? 2
threads nonsense
is 'no number: usage' $? 2
threads 999999999
is 'no such process' $? 1
is 'is said in one line' "$(cat threads.err)" \
	"contend: process 999999999 is not profiled, another user's, or has ended and written its profiles (nothing in $CONTEND_REGION_DIR/contend-$(id -u)): \`contend list\` shows those that are"
threads $$
is 'one that is not profiled' $? 1
"$contend" threads --help >help.out
is 'help' "$? $(grep -c 'Exit status' help.out)" '0 1'
"$contend" dump --dead -o "$work/dead.%p.%n" >/dev/null 2>&1 # takes away what the killed ones left
finish
