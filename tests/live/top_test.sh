#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 200
# `contend top` on a terminal, as a person uses it: views, order, pause, pages, other sizes; it ends with the process, and leaves the
# terminal as it was; and it says what else there is where there is no terminal.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "$ROOT/tests/live/terminal.sh"
. "$ROOT/tests/live/waiting.sh"
cd "$work" || exit 1
# The number of the column that is called that, of all rows.
column()
{
	screen | awk -v title="$1" 'found && NF > 2 && /^ /{ print $at } { for (i = 1; i <= NF; i++) if ($i == title) { at = i; found = 1 } }'
}

show_top()
{
	on_terminal 80 24 "'$contend' top $main"
}

start_waiting busy 4
show_top
shows 'it begins with the holders' '^\[holders\] .*stacks that released'
shows 'rates are of two looks' 'rates of 1\.[0-9]s$'
shows 'who holds what others wait for' '^ *[0-9.]+m?s +[0-9]+ +[0-9.]+[kM]? +[0-9.]+m?s +[0-9.]+[kM]? +mutex_unlock +be_busy < start_thread'
is 'no line is too long' "$(screen | awk 'length > 80' | wc -l)" 0
press w
shows 'who waits' '^ *[0-9.]+m?s +[0-9]+ .* mutex +be_busy'
press l
shows 'the locks' '\[locks\] .*locks that were waited for'
shows 'each with its name, how long it was waited for and by how many now' '^ *[0-9.]+m?s +[0-9.]+[kM]? +[0-9.]+[mu]?s +[0-9.]+m?s +[0-9.]+[kM]? +[0-4]  (ring|first_lock|second_lock)'
press Enter
shows 'a page about a lock' '^(mutex|rwlock-write|rwlock-read) .+ at 0x[0-9a-f]+$'
shows 'with the stack that held others up' '^the stack that held others up longest, for [0-9.]+m?s in all'
shows 'and the one that waited' '^the stack that waited longest, for [0-9.]+m?s in all'
is 'both whole' "$(screen | grep -c '^  be_busy$')" 2
press Escape t
shows 'the threads' '^ *[0-9]+ +busy +(mutex|runs|asleep|rwlock-[a-z]+) '
shows 'what each waits for' ' busy +mutex .* (ring|ring\+0x[0-9a-f]+|first_lock|second_lock)(, held by [0-9]*)?'
is 'there is a row for each, the profiler'"'"'s own included' "$(column TID | wc -l)" 6
press s s s s
shows 'sorted by another column' 'by TID '
is 'they are sorted' "$(column TID)" "$(column TID | sort -n)"
press r
shows 'reversed' 'by TID reversed '
is 'they are sorted so' "$(column TID)" "$(column TID | sort -nr)"
press r s
press Tab
shows 'the next view is the first one again' '^\[holders\]'
press Enter
shows 'a page about the row' '^Released what others waited for, .*: mutex_unlock'
shows 'with its whole stack' '^  pthread_mutex_unlock  \(/.*/libc'
shows 'with rates and totals' '^  last [0-9.]+s +[0-9.]+m?s/s in [0-9.]+[kM]?/s, mean '
press Escape
shows 'and back' '^\[holders\].*'
press '?'
shows 'help' '^  s  r  +sort by the next column'
is 'that fits' "$(screen | awk 'length > 80' | wc -l) $(screen | grep -c "^Rates are of the time between the last two looks")" '0 1'
press Escape p
shows 'a pause' '^\[PAUSED\]'
before=$(screen)
sleep 2
is 'in which nothing changes' "$(screen)" "$before"
press p
hides 'it goes on' PAUSED
tmux resize-window -x 140 -y 40
shows 'wider: there is room for one column more' ' MEAN .* CALLED FROM'
shows 'and for whole stacks' 'be_busy < start_thread < .*clone'
tmux resize-window -x 30 -y 8
shows 'smaller' '^process [0-9]+ \(threads\)'
is 'nothing is wrapped' "$(screen | awk 'length > 30' | wc -l)" 0
tmux resize-window -x 5 -y 2
sleep 1.2
tmux resize-window -x 80 -y 24
shows 'after a window that holds nothing all is there' ' mutex_unlock +be_busy'
press q
end_terminal
is 'q quits' "$(cat status)" 'status 0'
end_waiting

# A selected row stays selected where it goes; a page stays that row's.
start_waiting crowd 50
show_top
press t
shows 'a crowd' ' crowd +mutex '
press End
shows 'the last one is chosen' '^5[0-9]/5[0-9] '
press Home
shows 'the first one' '^1/5[0-9] '
press Down Down Enter
shows 'a page about a thread' '^Thread [0-9]+ \(crowd\): mutex for [0-9.]+m?s, first_lock, held by '
shows 'with its stack' '^ +wait_in_crowd +threads.c:[0-9]+'
shows 'who holds it' '^which is held by'
chosen=$(screen | sed -n 's/^Thread \([0-9]*\) (crowd).*/\1/p')
sleep 1.2
is 'it stays with it' "$(screen | sed -n 's/^Thread \([0-9]*\) (crowd).*/\1/p')" "$chosen"
kill -KILL "$main"
shows 'it ends with the process, and says how' "^contend: process $main \(threads\): (killed by SIGKILL|ended without a word)"
shows 'what it left can be written' "contend dump $main. writes its profiles"
shows 'with a good status' '^status 0$'
shows 'the terminal is as it was' '^same settings$'
hides 'nothing of it is left' 'held by'
end_terminal
"$contend" dump -o "$work/left.%n" "$main" >/dev/null 2>&1
end_waiting

start_waiting kinds "$work/locked"
show_top
press w
shows 'waits that go on' ' mutex +wait_in_mutex '
hides 'without the idle ones' ' epoll +wait_in_epoll '
press i
shows 'with them' ' epoll +wait_in_epoll '
press q
end_terminal
child=$(pgrep -P "$main")
end_waiting
"$contend" dump -o "$work/child.%n" "$child" >/dev/null 2>&1 # which it has killed
start_waiting single
show_top
shows 'nothing was released' 'No thread has made another one wait'
press q
end_terminal
end_waiting

# A deadlock is seen in all views.
start_waiting ring 3
show_top
shows 'a deadlock' ', 3 IN DEADLOCK '
press t
shows 'its threads come first' '^ *[0-9]+ +ring-[0-9] +mutex '
press p
shows 'a pause' '^\[PAUSED\]'
end_waiting
shows 'a process that ends during a pause is there still' '^\[PAUSED, HAS ENDED\]'
press p
shows 'until it goes on' "^contend: process $main \(threads\) has ended$"
shows 'with a good status' '^status 0$'
end_terminal

# A process that becomes another one.
start_profiled program sh -c 'read line; exec "$1" single' sh "$live/threads"
main=$pid
await test -n "$(find "$CONTEND_REGION_DIR/contend-$(id -u)" -name "$main.*" 2>/dev/null)"
show_top
shows 'a process' "^process $main \((da)?sh\)"
echo >&9
shows 'the program that it becomes is shown' "^process $main \(threads\)"
press C-c
end_terminal
is 'Ctrl-C quits' "$(cat status)" 'status 0'

# Where it cannot be shown.
"$contend" top "$main" >no.out 2>no.err </dev/null
is 'no terminal' $? 1
is 'in one line it says what to use' "$(cat no.err)" \
	"contend: top: it is to be used on a terminal: \`contend show $main\` and \`contend threads $main\` print what it would show"
is 'and nothing else' "$(cat no.out)" ''
TERM=dumb script -qec "'$contend' top $main; echo status \$?" /dev/null >dumb.out 2>&1 </dev/null
is 'TERM=dumb' "$(tr -d '\r' <dumb.out | grep . )" \
	"contend: top: this terminal, by what TERM says of it, cannot show a page: \`contend show $main\` and \`contend threads $main\` print what it would show
status 1"
finish_program
"$contend" top 2>no.err
is 'no process: usage' "$? $(head -n 1 no.err)" '2 contend top: of which process? `contend list` shows them'
"$contend" top --interval 0 1 2>no.err
is 'no interval: usage' "$? $(head -n 1 no.err)" "2 contend top: '0': from 0.1 to 3600 seconds"
"$contend" top 999999999 2>no.err
is 'no such process' "$? $(cat no.err)" "1 contend: process 999999999 is not profiled, another user's, or has ended and written its profiles (nothing in $CONTEND_REGION_DIR/contend-$(id -u)): \`contend list\` shows those that are"
finish
