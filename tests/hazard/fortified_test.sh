#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs fortified_N are what they are for: those of level 2 and 3 call the entries of fortification and those of
# level 0 do not; at level 3 more calls go there than at level 2. What they do there, they tell themselves.
. "$ROOT/tests/tap.sh"
entries='__poll_chk __ppoll_chk __pread64_chk __pread_chk __read_chk __recv_chk __recvfrom_chk'

entries_of()
{
	nm -D --undefined-only "$BUILD/tests/hazard/fortified_$1" | sed -n 's/^ *U \(__[a-z0-9]*_chk\)@.*/\1/p' |
		grep -E '^__(p?poll|p?read(64)?|recv(from)?)_chk$' | sort | tr '\n' ' '
}

# calls_of LEVEL NAME: how often the function is called.
calls_of()
{
	objdump -d --no-show-raw-insn "$BUILD/tests/hazard/fortified_$1" | grep -c "call .*<$2@plt>"
}

is 'level 0 has none' "$(entries_of 0)" ''
is 'level 2 has all' "$(entries_of 2)" "$entries "
is 'level 3 has all' "$(entries_of 3)" "$entries "
check 'and calls them more often' test "$(calls_of 3 __read_chk)" -gt "$(calls_of 2 __read_chk)"
for entry in $entries; do
	check "$entry is ours too" grep -q "^WAITING(.*, $entry, " "$ROOT/interpose/waits.def"
done
finish
