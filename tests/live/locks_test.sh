#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Each way in which a lock can be known is the label that its waits and releases carry, in a forked child too; `contend locks` has
# their numbers, exactly, and who waits now. Six locks, 5 waits for each, 30 ms at least (locks.c).
. "${ROOT:-$PWD}/tests/live/common.sh"

# LABEL KIND NAME-OF-FUNCTIONS, of the run that is decoded in $mutex and $block.
is_label()
{
	local label=${1//+/[+]} late=${4:-0}

	is "$3: its waits are for $1" "$(sum "$block" count ";wait_$3;" "^kind=$2,lock=$label$")" $((5 + late))
	is "$3: none is for anything else" "$(sum "$block" count ";wait_$3;")" $((5 + late))
	is "$3: nobody else waited for that" "$(sum "$block" count '' "lock=$label$")" $((5 + late))
	is "$3: its releases are of that" "$(sum "$mutex" count ";hold_$3;" "^lock=$label$")" 5
	at_least "$3: and had been waited for" "$(sum "$mutex" delay ";hold_$3;" "^lock=$label$")" 150000000
}

are_labels()
{
	is_label cache_lock mutex variable
	is_label db+0x40 rwlock-write member
	is_label orders mutex given "$1"
	is_label 'made in make_cache' mutex made $(($1 / 3))
	is_label 'made in make_table' mutex made_too
	is_label "$address" mutex found
}

# LOCK MEMBER, of contend locks --json in FILE
member()
{
	python3 -c '
import json, sys
for lock in json.load(open(sys.argv[1])):
	if lock["lock"] == sys.argv[2]:
		value = eval("lock" + sys.argv[3])
		print("null" if value is None else value)' "$1" "$2" "$3"
}

start_profiled named "$live/locks"
check 'all have waited' await says "$work/named.out" 0x
address=$(cat "$work/named.out")
"$contend" locks "$pid" >"$work/shown" 2>"$work/complaint"
is 'contend locks shows them' "$? $(cat "$work/complaint")" '0 '
is 'how many wait for each now' "$(awk '$2 == 5 { print $5, $6, $7, $8, $9 }' "$work/shown" | sort | sed 's/ *$//')" \
	"$(sort <<-END
		0 mutex cache_lock
		0 rwlock-write db+0x40
		3 mutex orders
		1 mutex made in make_cache
		0 mutex made in make_table
		0 mutex $address
	END
	)"
is 'what the worst stacks are' "$(grep -c 'held up by  pthread_mutex_unlock < hold_given' "$work/shown")" 1
is 'of both sides' "$(grep -c 'waited in   pthread_rwlock_wrlock < wait_member' "$work/shown")" 1
"$contend" locks --json "$pid" >"$work/json"
is 'JSON: the kind' "$(member "$work/json" db+0x40 '["kind"]')" rwlock-write
is 'the number of waits' "$(member "$work/json" cache_lock '["contentions"]')" 5
at_least 'the time' "$(member "$work/json" cache_lock '["total_ns"]')" 150000000
at_least 'the longest' "$(member "$work/json" cache_lock '["longest_ns"]')" 30000000
is 'the mean' "$(member "$work/json" cache_lock '["mean_ns"] == lock["total_ns"] // 5')" True
is 'the waiters' "$(member "$work/json" orders '["waiting"]')" 3
is 'the stacks' "$(member "$work/json" orders '["holder"]["stack"][:2] + lock["waiter"]["stack"][:2]')" \
	"['pthread_mutex_unlock', 'hold_given', 'pthread_mutex_lock', 'wait_given']"
near 'and their time' "$(member "$work/json" cache_lock '["waiter"]["delay_ns"]')" "$(member "$work/json" cache_lock '["total_ns"]')" 0.1
is 'the worst only' "$("$contend" locks -n 1 "$pid" | grep -c 'waited in')" 1
"$contend" threads --no-stacks "$pid" >"$work/threads"
is 'contend threads calls it so, too' "$(grep -c ' orders, held by ' "$work/threads")" 3
is 'and tells where another was made' "$(grep -c ' 0x[0-9a-f]* (made in make_cache), held by ' "$work/threads")" 1
finish_program
is 'it ends well' $? 0

# The child's and the parent's, in which three more have waited. Their numbers may come in any order.
mutex=$(decoded named last mutex)
block=$(decoded named last block)
late=$(($(sum "$block" count ';wait_given;') - 5))
are_labels $late
other=$(first_dump named)
mutex=$(decoded named "$other" mutex)
block=$(decoded named "$other" block)
are_labels $((3 - late))
files=("$work/named.$other.mutex.pb.gz" "$work/named.$other.block.pb.gz")
"$contend" locks --json "${files[@]}" >"$work/json"
is 'of files: the number of waits' "$(member "$work/json" cache_lock '["contentions"]')" 5
is 'what files do not tell' "$(member "$work/json" cache_lock '["waiting"]')" null
check 'pprof groups by the lock' pprof -traces -tagroot lock "${files[1]}"
is 'the locks are its roots' "$(pprof -traces -tagroot lock "${files[1]}" 2>&1 | grep -c '^ *orders$')" 1

CONTEND_HISTOGRAM=1 start_profiled powers "$live/locks"
check 'again, with how long each was' await says "$work/powers.out" 0x
"$contend" locks "$pid" >"$work/shown"
"$contend" locks --json "$pid" >"$work/json"
finish_program
block=$(decoded powers "$(first_dump powers)" block)
[ "$(sum "$block" count ';wait_given;')" = 8 ] || block=$(decoded powers last block) # the other one is the child's
for lock in db+0x40 cache_lock; do
	is "$lock: its distribution" "$(member "$work/json" $lock '["distribution"]')" "[$(grep -v '^#' "$block" |
		sed -nE "s/^([0-9]+)\t.*lock=${lock//+/[+]},wait=([0-9]+) ?n.*/\2 \1/p" | awk '{ counts[$1] += $2 }
		END { for (from in counts) print from, counts[from] }' | sort -n |
		sed -E "s/(.*) (.*)/{'from_ns': \1, 'contentions': \2}/" | paste -sd , | sed 's/},{/}, {/g')]"
	is "$lock: of all its waits" "$(member "$work/json" $lock '["distribution"] and sum(power["contentions"] for power in lock["distribution"])')" 5
done
is 'as text' "$(grep -A3 ' cache_lock$' "$work/shown" | grep -cE '^ +how long    ([1-5] from [0-9.]+ ms(, )?)+$')" 1
is 'without, nothing is known' "$("$contend" locks --json "${files[@]}" | grep -c '"distribution": null')" 6
CONTEND_LOCK_LABELS=address start_profiled plain "$live/locks"
check 'again, by addresses' await says "$work/plain.out" 0x
finish_program
block=$(decoded plain last block)
is 'address: each is one' "$(sum "$block" count ';wait_(variable|member|given|made|made_too|found);' 'lock=0x[0-9a-f]+$')" \
	"$(sum "$block" count ';wait_(variable|member|given|made|made_too|found);')"
CONTEND_LOCK_LABELS=off start_profiled none "$live/locks"
check 'again, without' await says "$work/none.out" 0x
finish_program
block=$(decoded none last block)
is 'off: there is no label' "$(sum "$block" count '' lock=)" 0
at_least 'and all waits are there' "$(sum "$block" count ';wait_(variable|member|given|made|made_too|found);')" 30
for words in '' '-n 0 1' '--what 1'; do
	# shellcheck disable=SC2086
	"$contend" locks $words >"$work/out" 2>"$work/said"
	is "contend locks $words is misuse" "$? $(tail -n 1 "$work/said") $(cat "$work/out")" "2 Try 'contend locks --help'. "
done
finish
