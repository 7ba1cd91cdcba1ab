#!/bin/bash
# SPDX-License-Identifier: MIT
# Functions without symbols appear as object+0xoffset, each by itself; a separate debug file gives them their names.
. "${ROOT:-$PWD}/tests/live/common.sh"

secrets='secret_wait secret_hold secret_other_wait'


# The second frames (the callers) of the waits for mutexes and releases in a profile, as object+0xoffset.
callers()
{
	grep -v '^#' "$1" | cut -f 4 | grep '^pthread_mutex_' | cut -d ';' -f 2 | sort -u
}

# Is there a caller stripped+0xoffset that lies in that function?
has_caller_in()
{
	local start size offset

	read -r start size < <(nm -S "$live/stripped" | awk -v name="$2" '$4 == name { print $1, $2 }')
	for offset in $(callers "$1" | sed -n 's/^stripped+0x//p'); do
		((16#$offset >= 16#$start && 16#$offset < 16#$start + 16#$size)) && return 0
	done
	return 1
}

cp "$live/stripped" "$work/stripped"
strip --strip-all "$work/stripped"
check 'the program ends well' profiled bare "$work/stripped"
mutex=$(decoded bare last mutex)
block=$(decoded bare last block)
is 'two callers waited' "$(callers "$block" | wc -l)" 2
is 'one was charged' "$(callers "$mutex" | grep -c '^stripped+0x')" 1
check 'secret_wait is where it is' has_caller_in "$block" secret_wait
check 'secret_other_wait is where it is' has_caller_in "$block" secret_other_wait
check 'secret_hold is where it is' has_caller_in "$mutex" secret_hold
is 'no location is without a function' "$(awk '/^# location/ && $5 ~ /^(0x|$)/' "$block" | wc -l)" 0
pprof -top -nodecount=100 "$work/bare.$(last_dump bare).block.pb.gz" >"$work/top" 2>&1
at_least 'pprof shows them as different functions' "$(grep -c ' stripped+0x' "$work/top")" 3
check 'functions of other objects have names beside them' grep -q '__libc_start_main' "$work/top"

# A debug file is looked for by build id below /usr/lib/debug, or beside the program by its name.
build_id=$(readelf -n "$live/stripped" | sed -n 's/.*Build ID: //p')
debug_dir=/usr/lib/debug/.build-id/${build_id:0:2}
check 'the program has a build id' test ${#build_id} -ge 16
if mkdir -p "$debug_dir" 2>/dev/null && [ -w "$debug_dir" ]; then
	trap 'rm -rf "$work" "$debug_dir/${build_id:2}.debug"; rmdir -p --ignore-fail-on-non-empty "$debug_dir"' EXIT
	objcopy --only-keep-debug "$live/stripped" "$debug_dir/${build_id:2}.debug"
	check 'with a debug file the program ends well' profiled debug "$work/stripped"
	for secret in $secrets; do
		[ $secret = secret_hold ] && profile=mutex || profile=block
		at_least "$secret has its name" "$(sum "$(decoded debug last $profile)" count ";$secret;")" 5
	done
else
	skip 'names from a separate debug file' '/usr/lib/debug cannot be written'
fi
finish
