#!/bin/bash
# SPDX-License-Identifier: MIT
# A child that nobody has seen being made asks for other settings: it gets them, and its parent keeps its own, in its region too.
. "${ROOT:-$PWD}/tests/live/common.sh"

start_profiled child "$live/interface" child
check 'both are asked' await says "$work/child.out" '^rate '
is 'the child has its settings, the parent its own' "$(paste -sd ' ' "$work/child.out")" \
	'active 1 child_set_fraction 1 child_set_rate 1 child_fraction 99 fraction 1 rate 1'
is 'as others see them' "$("$contend" set "$pid")" "process $pid (interface): fraction 1, block rate 1ns"
finish_program
is 'it ends well' $? 0

profiled none env CONTEND_CHILDREN=0 "$live/interface" child </dev/null
is 'a child that is not to be profiled has no settings' "$(paste -sd ' ' "$work/none.out")" \
	'active 1 child_set_fraction 0 child_set_rate 0 child_fraction 0 fraction 1 rate 1'
finish
