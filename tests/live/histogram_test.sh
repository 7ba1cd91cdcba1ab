#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# CONTEND_HISTOGRAM=1: delays are told apart by powers of two, as pprof's numeric labels; nothing is counted twice; each stack has a
# maximum, and no value of a later dump is smaller than of an earlier one. Waits of 30 ms at least (locks.c).
. "${ROOT:-$PWD}/tests/live/common.sh"

waiting=';wait_(variable|member|given|made|made_too|found);'

# The third value of all samples whose stack and labels match.
maximum()
{
	awk -F '\t' -v stack="$2" -v labels="$3" '
		!/^#/ && $4 ~ stack && $3 ~ labels { split($2, value, ":"); sum += value[2] }
		END { printf "%.0f\n", sum }' "$1"
}

export CONTEND_HISTOGRAM=1
start_profiled run "$live/locks"
check 'all have waited' await says "$work/run.out" 0x
"$contend" dump --no-lines -o "$work/early" "$pid" >"$work/said" 2>&1
finish_program
"$BUILD/tests/decode" "$work/early.block.pb.gz" >"$work/early.txt"
early=$work/early.txt
is 'every wait that is over is in a class' "$(sum "$early" count "$waiting" 'wait=[0-9]+nanoseconds$')" 30
is 'those that are not are in none' "$(sum "$early" count "$waiting")" 34
is 'every one was that long at least, and not twice as long' "$(awk -F '\t' -v waiting="$waiting" '
	!/^#/ && $4 ~ waiting && match($3, /wait=[0-9]+/) {
		from = substr($3, RSTART + 5, RLENGTH - 5)
		split($2, value, ":")
		bad += value[1] < from * $1 || value[1] >= 2 * from * $1
	}
	END { print bad + 0 }' "$early")" 0
is 'the third value is the maximum' "$(grep '^# type' "$early" | paste -sd ,)" \
	'# type contentions count,# type delay nanoseconds,# type maximum nanoseconds'
at_least 'the longest wait of a stack' "$(maximum "$early" ';wait_variable;' '')" 30000000
is 'is told once' "$(maximum "$early" ';wait_variable;' 'wait=')" 0
at_least 'and is no sum' "$(sum "$early" delay ';wait_variable;')" "$((4 * $(maximum "$early" ';wait_variable;' '') / 2))"
mutex=$work/early.mutex.txt
"$BUILD/tests/decode" "$work/early.mutex.pb.gz" >"$mutex"
is 'every release is in a class, too' "$(sum "$mutex" count '' 'wait=[0-9]+nanoseconds$')" "$(sum "$mutex" count)"

total=$(sum "$early" delay "$waiting" wait=)
focused()
{
	pprof -top -unit=ns -focus='^wait_(variable|member|given|made|made_too|found)$' -tagfocus="wait=$1" "$work/early.block.pb.gz" 2>/dev/null |
		sed -nE 's/^Showing nodes accounting for ([0-9]+)ns.*/\1/p'
}
near 'pprof finds waits by their length' "$(focused 1ms:)" "$total" 0.01
is 'and none that are so long' "$(focused 10s:)" ''
"$contend" locks --json "$work/early.block.pb.gz" >"$work/json"
is 'contend locks has the maximum from the file' "$(python3 -c '
import json, sys
locks = {lock["lock"]: lock for lock in json.load(open(sys.argv[1]))}
print(locks["cache_lock"]["longest_ns"])' "$work/json")" "$(maximum "$early" ';wait_variable;' '')"
"$contend" show "$work/early.block.pb.gz" >"$work/shown"
is 'contend show does, too' "$? $(grep -c 'wait_variable' "$work/shown")" '0 1'

# The child's dump is there as well; in the parent three more have waited for one.
number=$(last_dump run)
[ "$(sum "$(decoded run "$number" block)" count ';wait_given;')" = 8 ] || number=$(first_dump run)
is 'a later dump of the same process' "$(sum "$(decoded run "$number" block)" count ';wait_given;')" 8
last=$work/run.$number.block.pb.gz
pprof -raw -base "$work/early.block.pb.gz" "$last" >"$work/difference" 2>/dev/null
at_least 'they can be subtracted' "$(grep -cE '^ +[0-9]+ +[0-9]+ +[0-9]+:' "$work/difference")" 1
is 'nothing has become less' "$(grep -cE '^ +-|^ +[0-9]+ +-|^ +[0-9]+ +[0-9]+ +-' "$work/difference")" 0
unset CONTEND_HISTOGRAM
profiled none "$live/locks" </dev/null
is 'without it nothing of that is there' "$(grep -cE 'wait=|maximum' "$(decoded none last block)")" 0
finish
