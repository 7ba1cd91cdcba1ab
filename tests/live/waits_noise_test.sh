#!/bin/bash
# SPDX-License-Identifier: MIT
# alone: an answer that takes half a millisecond is taken for a wait
# What did not wait is no event, though everything is recorded.
. "${ROOT:-$PWD}/tests/live/common.sh"

check 'the program ends well' profiled noise "$live/waits_noise"
is 'it says what it called' "$(sort "$work/noise.out")" \
	"$(sed -n 's/^NOISE(\([a-z0-9_]*\),.*/\1/p' "$ROOT/tests/live/waits_noise.def" | sort)"
block=$(decoded noise last block)
at_least 'its other waits were recorded' "$(sum "$block" count)" 1
is 'calls that do not wait are no events' "$(grep -o 'never_[a-z0-9_]*' "$block" | sort | uniq -c)" ''
while read -r name; do
	[ "$(sum "$block" count ";$name;")" -le 3 ]
	is "$name: EAGAIN is no event (but for a call that was interrupted for long)" $? 0
done < <(grep ^tried_ "$work/noise.out")
finish
