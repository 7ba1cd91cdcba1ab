#!/bin/bash
# SPDX-License-Identifier: MIT
# A process with one thread begins with room for a few hundred stacks, and gets more when it needs more: none is lost.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled single "$live/single_stacks"
block=$(decoded single last block)
is 'every wait is there' "$(sum "$block" count ';wait_at_end;' kind=sleep)" 4096
is 'each with a stack of its own' "$(grep -c ';wait_at_end;' "$block")" 4096
check 'nothing was lost' says "$block" '^# comment # lost: nothing'
finish
