#!/bin/bash
# SPDX-License-Identifier: MIT
# `contend show` prints profiles as text: totals by kind, the worst stacks, and idle waits apart from the others; and in the forms
# that other programs read, with the same numbers.
. "${ROOT:-$PWD}/tests/live/common.sh"

# show ARGUMENT...: output in $work/show.out and .err, exit status in $status.
show()
{
	"$contend" show "$@" >"$work/show.out" 2>"$work/show.err"
	status=$?
}

# The lines of a part of the output, its title left away.
part()
{
	awk -v title="$1" '$0 == "" { inside = 0 } inside { print } index($0, title) == 1 { inside = 1 }' "$work/show.out"
}

# refused STATUS WORDS: so it ended, with those words in one line of standard error and nothing on standard output.
refused()
{
	is "$2: exit status" "$status" "$1"
	is "$2: said once" "$(grep -cF -- "$2" "$work/show.err")" 1
	is "$2: nothing else is shown" "$(cat "$work/show.out")" ''
}

check 'a program that reads and sleeps' profiled io "$live/show"
block=$work/io.$(last_dump io).block.pb.gz
mutex=$work/io.$(last_dump io).mutex.pb.gz
text=$(decoded io last block)
show "$block"
is 'a block profile is shown' "$status" 0
is 'nothing is complained about' "$(cat "$work/show.err")" ''
is 'its name is first' "$(head -n 1 "$work/show.out")" "$block"
is 'its comments follow' "$(grep -c '^# lost: nothing$' "$work/show.out")" 1
kinds=$(sed -n 's/^[0-9]*\t[0-9]*\tkind=\([a-z]*\).*/\1/p' "$text" | sort -u)
check 'the program waited in several ways' test "$(grep -cx 'read\|write\|sleep' <<<"$kinds")" = 3
for kind in $kinds; do
	is "by kind: all waits of kind $kind" "$(part 'by kind' | awk -v kind=$kind '$3 == kind { print $2 }')" \
		"$(sum "$text" count '' "^kind=$kind(,|$)")x"
done
is 'by kind: and no other' "$(part 'by kind' | wc -l)" "$(wc -l <<<"$kinds")"
is 'worst: a stack with its descriptor and callers' \
	"$(part worst | sed 's/^ *[0-9.]*\(n\|u\|m\|\)s *//' | grep wait_long)" '100x  read pipe  read < wait_long < run < main'
is 'and another one' "$(part worst | grep -c ' 300x  read pipe  read < wait_short < run < main$')" 1
is 'the longest first' "$(part worst | awk '{ print $2 }')" \
	"$(grep -v '^#' "$text" | grep -v kind=sleep | sort -t $'\t' -k 2,2nr | cut -f 1 | sed 's/$/x/')"
is 'no sleep is among them' "$(part worst | grep -c nanosleep)" 0
is 'what is idle are sleeps only' "$(part idle | grep -cv ' sleep  nanosleep <')" 0
at_least 'and they are there' "$(part idle | wc -l)" 1
is 'no label is shown that is not there' "$(part idle | grep -c 'fd\|sleep [a-z]')" 0
show -n 1 "$block"
is '-n 1: one stack' "$(part worst | wc -l)" 1
is '-n 1: one idle one' "$(part idle | wc -l)" 1
is '-n 1: still every kind' "$(part 'by kind' | wc -l)" "$(wc -l <<<"$kinds")"
show -n1000000 -- "$block"
is 'a number that is larger than needed: everything' "$(($(part worst | wc -l) + $(part idle | wc -l)))" \
	"$(grep -vc '^#' "$text")"

show "$mutex"
is 'a mutex profile is shown' "$status" 0
is 'that nobody waited in' "$(part worst)" '  none'
is 'it has no kinds' "$(grep -c 'by kind\|^idle' "$work/show.out")" 0
profiled locks "$live/exit_ways" return 1
is 'a program with contention ends as it does' $? 3
show "$work/locks.$(last_dump locks).mutex.pb.gz"
at_least 'releases are shown, without a kind' "$(part worst | grep -c 'x    pthread_mutex_unlock < ')" 1
show "$block" "$mutex"
is 'two files, both shown' "$(grep -c '^worst$' "$work/show.out")" 2

# folded FILE [STACK]: the sum of the lines whose stack matches.
folded()
{
	awk -v stack="${2:-}" '{ value = $NF; sub(/ [^ ]*$/, ""); if ($0 ~ stack) sum += value } END { printf "%.0f\n", sum }' "$1"
}

show --folded "$block"
is 'folded: shown' "$status $(cat "$work/show.err")" '0 '
is 'folded: the total' "$(folded "$work/show.out")" "$(sum "$text" delay)"
is 'folded: a stack, outermost first' "$(folded "$work/show.out" ';main;run;wait_long;read$')" "$(sum "$text" delay wait_long)"
is 'folded: nothing but stacks and numbers' "$(grep -cvE '^[^ ;]+(;[^ ;]+)* [0-9]+$' "$work/show.out")" 0
show --folded --weight contentions "$block"
is 'folded, contentions: the total' "$(folded "$work/show.out")" "$(sum "$text" count)"
show --folded --no-idle "$block"
is 'folded, --no-idle: the total' "$(folded "$work/show.out")" "$(sum "$text" delay '' 'kind=(read|write|join)')"
show --folded --by kind "$block"
for kind in $kinds; do
	is "folded, --by kind: $kind" "$(folded "$work/show.out" "^$kind;")" "$(sum "$text" delay '' "^kind=$kind(,|$)")"
done
show --folded --by fd "$block"
is 'folded, --by fd: pipes' "$(folded "$work/show.out" '^pipe;')" "$(sum "$text" delay '' 'fd=pipe')"
is 'folded, --by fd: the rest' "$(folded "$work/show.out" '^none;')" \
	$(($(sum "$text" delay) - $(sum "$text" delay '' 'fd=pipe')))

# by LABEL FILE TEXT: each value of it has what its samples have in the text, and those without are below "none".
by()
{
	show --folded --by "$1" "$2"
	is "folded, --by $1: shown" "$status $(cat "$work/show.err")" '0 '
	is "folded, --by $1: all values" "$(awk '{ delay = $NF; sub(/;.*/, ""); gsub(/ /, ""); delays[$0] += delay }
		END { for (value in delays) printf "%s %.0f\n", value, delays[value] }' "$work/show.out" | sort)" \
		"$(awk -F '\t' -v key="$1=" '/^#/ || $2 + 0 == 0 { next }
			{ value = "none"; count = split($3, labels, ",") }
			{ for (i = 1; i <= count; i++) if (index(labels[i], key) == 1) value = substr(labels[i], length(key) + 1) }
			{ delays[value] += $2 }
			END { for (value in delays) printf "%s %.0f\n", value, delays[value] }' "$3" | sort)"
}

check 'a program with labels' profiled labels env CONTEND_HISTOGRAM=1 "$live/labels"
labels=$work/labels.$(last_dump labels)
labels_text=$(decoded labels last block)
for label in kind lock wait endpoint label.kind number; do
	by "$label" "$labels.block.pb.gz" "$labels_text"
	at_least "folded, --by $label: different ones" "$(cut -d ';' -f 1 "$work/show.out" | sort -u | wc -l)" 2
done
by waiter.endpoint "$labels.mutex.pb.gz" "$(decoded labels last mutex)"
is 'folded, --by waiter.endpoint: who was made to wait' "$(grep -c '^/first;' "$work/show.out")" 1
show --by endpoint "$labels.block.pb.gz"
is '--by endpoint: as text' "$(part worst | grep -oE 'mutex /(first|second)  pthread_mutex_lock < wait_labelled' | sort | xargs)" \
	'mutex /first pthread_mutex_lock < wait_labelled mutex /second pthread_mutex_lock < wait_labelled'
show --html --by endpoint "$labels.block.pb.gz"
is '--by endpoint: a page that has it' "$(grep -c '"group": "label", "label": "endpoint"' "$work/show.out") $(
	grep -c '^"values": .*"/second"' "$work/show.out")" '1 1'
show --folded --by size "$labels.mutex.pb.gz"
is '--by what no sample has' "$status $(sed 's/are: .*lock.*/are: lock/' "$work/show.err")" "0 contend: no sample has the label 'size'; there are: lock"
is 'is below none' "$(grep -vc '^none;' "$work/show.out")" 0
locks=$work/locks.$(last_dump locks)
show --folded "$locks.mutex.pb.gz" "$locks.block.pb.gz"
is 'folded, two profiles: told apart at the root' "$(folded "$work/show.out" '^mutex;') $(folded "$work/show.out" '^block;')" \
	"$(sum "$(decoded locks last mutex)" delay) $(sum "$(decoded locks last block)" delay)"

# json EXPRESSION: what it says of the output, with `d`, the first profile.
json()
{
	python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))[0]
print(eval(sys.argv[2]))' "$work/show.out" "$1"
}

show --json "$block"
is 'json: shown' "$status $(cat "$work/show.err")" '0 '
is 'json: which profile' "$(json '(d["name"], d["profile"])')" "('$block', 'block')"
is 'json: the totals' "$(json '(d["contentions"], d["delay_ns"])')" "($(sum "$text" count), $(sum "$text" delay))"
is 'json: and of its samples' "$(json 'sum(s["delay_ns"] for s in d["samples"])')" "$(sum "$text" delay)"
is 'json: a stack, innermost first' "$(json '[s["contentions"] for s in d["samples"]
	if s["stack"][:4] == ["read", "wait_long", "run", "main"] and s["kind"] == "read" and s["fd"] == "pipe"]')" '[100]'
is 'json: what is idle' "$(json '{s["kind"] for s in d["samples"] if s["idle"]}')" "{'sleep'}"
is 'json: when, how long' "$(json '(d["time_ns"], d["duration_ns"])')" \
	"($(sed -n 's/^# time //p' "$text"), $(sed -n 's/^# duration //p' "$text"))"
is 'json: comments' "$(json 'd["comments"][-1]')" '# lost: nothing'
# shellcheck disable=SC2094 # a file that is read twice
show --json - <"$block"
is 'standard input is read' "$(json '(d["name"], d["delay_ns"])')" "('standard input', $(sum "$text" delay))"

# What a process left that was killed; the profile that it is dumped to says the same.
profiled killed "$live/exit_ways" SIGKILL 2>/dev/null
pid=$(head -n 1 "$work/killed.out" | cut -d ' ' -f 1)
show --json "$pid"
is 'a process: shown' "$status $(cat "$work/show.err")" '0 '
is 'a process: all its profiles' "$(python3 -c 'import json, sys
print(*[d["profile"] for d in json.load(sys.stdin)])' <"$work/show.out")" 'mutex block'
shown=$(json '(d["contentions"], d["delay_ns"])')
show --folded --profile block "$pid"
shown_block=$(folded "$work/show.out")
show "$pid"
is 'a process: as text, with both heads' "$(grep -c "^process $pid (exit_ways)$" "$work/show.out")" 2
"$contend" dump -o "$work/left.%n" "$pid" >/dev/null 2>&1
is 'a process: what its dump says' "$shown $shown_block" \
	"($(sum "$(decoded left last mutex)" count), $(sum "$(decoded left last mutex)" delay)) $(sum "$(decoded left last block)" delay)"
show "$pid"
is 'a process that is not there' "$status" 1

show "$work/none.pb.gz"
refused 1 "$work/none.pb.gz: No such file or directory"
echo text >"$work/text"
show "$work/text"
refused 1 "$work/text: not a profile, or a damaged one"
show "$work"
refused 1 "$work: not a profile, or a damaged one"
: >"$work/empty"
show "$work/empty"
refused 1 "$work/empty: not a profile, or a damaged one"
head -c 300 "$block" >"$work/cut.pb.gz"
show "$work/cut.pb.gz"
refused 1 "$work/cut.pb.gz: not a profile, or a damaged one"
gzip -dc "$block" | sed 's/contentions/contentionz/' >"$work/other.pb"
show "$work/other.pb"
refused 1 "$work/other.pb: not a profile of contention"
gzip -dc "$block" >"$work/plain.pb"
show "$work/none.pb.gz" "$work/plain.pb"
is 'what can be shown is, after what cannot' "$(grep -c '^worst$' "$work/show.out")" 1
is 'which is a failure all the same' "$status" 1

show
refused 2 'no profile named'
for number in 0 -1 1x x '' 99999999999999999999; do
	show -n "$number" "$block"
	refused 2 "contend show: $number: not a number of stacks"
done
show -n
refused 2 "contend show: option requires an argument -- 'n'"
show -x "$block"
refused 2 "contend show: invalid option -- 'x'"
show --json --folded "$block"
refused 2 'two forms are asked for'
show --by '' "$block"
refused 2 '--by: a label is needed'
show --weight heavy "$block"
refused 2 'heavy: not delay or contentions, nor held or acquisitions'
show --profile heap "$block"
refused 2 'heap: not mutex, block, wake, hold or contention'
show --help
is 'help is no failure' "$status" 0
at_least 'and says how it is used' "$(grep -c '^Usage: contend show ' "$work/show.out")" 1
"$contend" show "$block" >/dev/full 2>"$work/show.err"
is 'what cannot be written is a failure' $? 1
finish
