#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 150
# What the commands show on a terminal only: what they wait for, how far they are, and no page of HTML; and what they say to somebody
# who mistypes.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "$ROOT/tests/live/terminal.sh"
cd "$work" || exit 1

start_profiled threads "$live/threads" busy 2
check 'a program waits' await says threads.out ready
exec 8>&9

on_terminal 120 24 "'$contend' threads --wall --seconds 60 $pid"
shows 'what is waited for' "^contend: looking at process $pid \(threads\) for 60 seconds; Ctrl-C ends it earlier"
press C-c
shows 'Ctrl-C ends it, and what was seen is shown' '^ +[0-9]+ +busy +'
hides 'the line goes away' 'looking at'
end_terminal
is 'which is a success' "$(cat status)" 'status 0'

on_terminal 120 24 "trap : INT; '$contend' threads --no-stacks --looks 1000000 $pid"
shows 'how far it is' "^contend: [0-9]+ of 999999 looks at process $pid \(threads\): no deadlock"
press C-c
end_terminal
is 'which Ctrl-C ends, too' "$(cat status)" 'status 130'
"$contend" threads --no-stacks --looks 200 "$pid" >looks.out 2>looks.err
is 'not in a file' "$? $(cat looks.err)" '0 '

on_terminal 120 24 "'$contend' show --html $pid"
shows 'a page would fill the terminal' "^contend show: this would fill the terminal: .contend show --html $pid > locks.html."
end_terminal
is 'which is a wrong command line' "$(cat status)" 'status 2'
"$contend" show "$pid" --html >page.html 2>page.err
is 'into a file it goes, also with the option at the end' "$? $(head -c 15 page.html) $(cat page.err)" '0 <!DOCTYPE html> '

on_terminal 120 24 "'$contend' push --pyroscope http://127.0.0.1:1 --interval 1s $pid $$"
shows 'push: what it does' '^contend: push: to http://127.0.0.1:1, every 1 s; Ctrl-C ends it'
shows 'push: a process that there is not' "^contend: process $$ is not profiled, as yet"
shows 'push: nobody is there' '^contend: push: http://127.0.0.1:1: Failed to connect'
press C-c
shows 'push: it tries to send what is left' '^contend: push: sending the last [0-9]+ profiles; Ctrl-C gives them up'
press C-c
shows 'push: which can be given up' '^contend: push: 0 profiles sent, 0 refused, [1-9][0-9]* dropped$'
end_terminal
is 'push: and is a failure' "$(cat status)" 'status 1'

exec 8>&-
kill -KILL "$pid"
finish_program 2>/dev/null
"$contend" threads --wall --seconds 60 "$pid" >dead.out 2>dead.err
is 'nothing is waited for of the dead' "$? $(cat dead.err)" \
	"1 contend: process $pid (threads) is dead, and does nothing any more; without --seconds, what it did is shown"
"$contend" dump -o "$work/left.%n" "$pid" >/dev/null 2>&1

# NAME STATUS LINE ARGUMENT...: what is said of a wrong command line, before where there is help.
refused()
{
	local name=$1 status=$2 line=$3

	shift 3
	"$contend" "$@" >refused.out 2>refused.err
	is "$name" "$? $(cat refused.out)$(head -n 1 refused.err)" "$status $line"
}

for command in $("$contend" --help | sed -n 's/^  contend \([a-z]*\).*/\1/p'); do
	refused "$command: an option that it does not have" 2 "contend $command: unrecognized option '--no-such'" "$command" --no-such
	is "$command: where help is" "$(tail -n +2 refused.err)" "Try 'contend $command --help'."
done
refused 'a command that there is not' 2 "contend: no command 'nosuch'" nosuch
is 'where help is' "$(tail -n +2 refused.err)" "Try 'contend --help'."
for command in threads top show dump check; do
	refused "$command: a process that is not profiled" 1 "contend: process $$ is not profiled, another user's, or has ended and written \
its profiles (nothing in $CONTEND_REGION_DIR/contend-$(id -u)): \`contend list\` shows those that are" $command $$
done
finish
