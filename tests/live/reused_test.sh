#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: waits are compared with the program's own clock
# Mutexes that follow each other at one address, on the heap and on the stack: none is charged or counted for another.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'all mutexes lie at one address' profiled reused "$live/reused"
mutex=$(decoded reused last mutex)
block=$(decoded reused last block)
while read -r name rounds waited caused; do
	is "$name: every wait" "$(sum "$block" count ";${name}_wait;" kind=mutex)" "$rounds"
	near "$name: the time of its waits" "$(sum "$block" delay ";${name}_wait;" kind=mutex)" "$waited" 5
	is "$name: every release" "$(sum "$mutex" count ";${name}_hold;")" "$rounds"
	near "$name: what its holder caused" "$(sum "$mutex" delay ";${name}_hold;")" "$caused" 5
done <"$work/reused.out"
is 'both were compared' "$made" 9
check 'nothing was lost' says "$block" '^# comment # lost: nothing'
finish
