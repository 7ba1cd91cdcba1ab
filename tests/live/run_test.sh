#!/bin/bash
# SPDX-License-Identifier: MIT
# `contend run` does without typing the variables what they do, and says afterwards what it found.
. "${ROOT:-$PWD}/tests/live/common.sh"

cd "$work" || exit 1
"$contend" run --summary -- "$live/exit_ways" return 1>out 2>err
is 'the exit status is the program'"'"'s' $? 3
read -r process rounds _ <out
is 'its output is its own' "$(wc -l <out)" 1
for profile in mutex block; do
	files=(contend.exit_ways."$process".*.$profile.pb.gz)
	check "there is one $profile profile" test -e "${files[0]}"
	is 'and one only' ${#files[@]} 1
	check 'which it names' grep -qF "${files[0]}" err
done
is 'it tells the worst waits' "$(sed -n '/^contend: the worst waits:$/,$p' err | grep -c wait_for_it)" 1
is 'and where to see who made them wait' "$(tail -n 1 err)" \
	"contend: who made them wait: go tool pprof -top $(echo contend.exit_ways."$process".*.mutex.pb.gz)"
"$BUILD/tests/decode" "$(echo contend.*.block.pb.gz)" >block.txt
at_least 'the profile has the waits' "$(sum block.txt count ';wait_for_it;')" 1

"$contend" run --summary -- sh -c 'kill -TERM $$' >out 2>err
is 'death by a signal is passed on as a shell would' $? 143
is 'and said' "$(grep -c '^contend: sh: killed by SIGTERM$' err)" 1
"$contend" run --summary -- "$live/exit_ways" exit_group_raw >out 2>err
is 'what a program left that ended unseen' "$? $(head -n 1 err)" "3 contend: $live/exit_ways: exit status 3"
check 'is written' test -e "$(sed -n 's/^  *\(.*mutex.pb.gz\)$/\1/p' err)"
is 'and gone' "$(find "$CONTEND_REGION_DIR" -type f)" ''
"$contend" run --summary -- /nowhere/program >out 2>err
is 'a program that is not there is 127' $? 127
is 'in one line' "$(grep -c '/nowhere/program' err)" 1
"$contend" run --summary -- true >out 2>err
is 'a program that waits for nothing succeeds' $? 0
check 'and it is said that nothing was recorded' test -s err
"$contend" run --summary -o idle -- sleep 0.1 >out 2>err
is 'idle waits alone are no bad ones; nobody made them wait' "$? $(sed '/^  /d' err)" "0 contend: profiles:
contend: nobody waited but threads with nothing to do: contend show $(echo idle*.block.pb.gz)"
"$contend" run --summary -o holders --block-rate 0 -- "$live/exit_ways" return 1>out 2>err
is 'waits that are not recorded are not said to be none' "$(sed '1d; /^  /d' err)" "contend: profiles:
contend: no wait was recorded
contend: who made them wait: go tool pprof -top $(echo holders*.mutex.pb.gz)"
CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT=$work/mine.%n "$contend" run --summary -- "$live/exit_ways" >out 2>err
at_least 'what the environment says holds' "$(sum "$(decoded mine last block)" count ';wait_for_it;')" "$rounds"
is 'its waits are all there' "$(sum "$(decoded mine last block)" count ';wait_for_it;')" "$rounds"
printf 'one\ntwo\n' | "$contend" run --summary -- cat >out 2>err
is 'standard input is the program'"'"'s' "$(cat out)" 'one
two'
"$contend" run -o quiet -- sh -c 'echo mine >&2; kill -KILL $$' >out 2>err
is 'without a terminal nothing is added to what the program says' "$? $(cat err)" '137 mine'
"$contend" run -o left -- "$live/exit_ways" exit_group_raw >out 2>err
is 'and what it left is written all the same' "$? $(cat err) $(ls left*.block.pb.gz | wc -l)" '3  1'
is 'and gone, too' "$(find "$CONTEND_REGION_DIR" -type f)" ''
"$contend" run >out 2>err
check 'no program is a mistake' test $? -ne 0
finish
