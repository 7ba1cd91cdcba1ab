#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Labels that a program gives its threads are on their samples: on waits those of who waited, on releases those of who released and of
# who had waited longest.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled labels "$live/labels"
read -r slept refused <"$work/labels.out"
block=$(decoded labels last block)
mutex=$(decoded labels last mutex)

# NAME FILE STACK: the labels of its samples, but for those that all waits have.
labels_are()
{
	is "$1" "$(awk -F '\t' -v stack="$3" '!/^#/ && $4 ~ stack { print $3 }' "$2" | sed -E 's/^kind=[a-z]*,?//; s/,/ /g' | sort -u | paste -sd '|')" "$4"
}

labels_are 'waits have the labels of the threads that waited' "$block" ';wait_labelled;' \
	'lock=mutex endpoint=/first label.kind=own|lock=mutex endpoint=/second label.kind=own'
labels_are 'the release has its own, and those of who had waited longest' "$mutex" ';release_labelled;' \
	'lock=mutex endpoint=/hold tenant=acme waiter.endpoint=/first waiter.label.kind=own'
labels_are 'a thread does not inherit if nobody asked for it' "$block" ';bare_sleep;' ''
labels_are 'it does if somebody did' "$block" ';inherited_sleep;' job=nightly
labels_are 'and threads that it creates do so, too' "$block" ';inherited_twice_sleep;' 'job=nightly level=2'
is 'every wait under many labels is there' "$(sum "$block" count ';many_sleep;')" "$slept"
labelled=$(sum "$block" count ';many_sleep;' 'number=')
at_least 'as many as there is room for have theirs' "$labelled" 900
is 'the others have none, as the program was told' "$((slept - labelled - 1))" "$refused"
check 'and are counted' grep -q "^# comment .*lost: .*$refused samples without labels" "$block"
is 'each label is on its own' "$(awk -F '\t' '$4 ~ /;many_sleep;/ && $3 ~ /number=/ { print $3 }' "$block" | sort | uniq -d | wc -l)" 0

first=$(first_dump labels)
check 'the child has profiles of its own' test "$first" != "$(last_dump labels)"
child=$(decoded labels "$first" block)
labels_are 'its thread has the labels that it had when it was made' "$child" ';child_sleep;' 'job=nightly level=child'
labels_are 'threads that it creates inherit them' "$child" ';child_thread_sleep;' 'job=nightly level=child'
labels_are 'and it pops them' "$child" ';child_sleep_later;' 'job=nightly'

file=$work/labels.$(last_dump labels).block.pb.gz
pprof -top -tagfocus=endpoint=/second "$file" >"$work/top" 2>&1
is 'pprof picks samples by their labels' "$(grep -c wait_labelled "$work/top")" 1
pprof -tags "$file" >"$work/tags" 2>&1
check 'and lists them' grep -q 'endpoint: Total' "$work/tags"

start_profiled named "$live/labels" named
check 'a thread names itself' await says "$work/named.out" ready
check 'it reads' await sh -c "'$contend' threads $pid 2>/dev/null | grep -q ' read '"
"$contend" threads --no-stacks "$pid" >"$work/threads"
check 'it is shown under that name' grep -q "^ *$pid  a name of more than fifteen bytes?\\[31m" "$work/threads"
finish_program
finish
