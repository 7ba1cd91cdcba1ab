#!/bin/bash
# SPDX-License-Identifier: MIT
# instructions.sh [--record]: how many instructions of ours a pair of calls takes, as in the list tests/bench/instructions.txt.
#
# Printed, or with --record written to that list. What changes the numbers belongs into the same commit as their new list, so that it
# is seen in review; tests/build/instructions_test.sh compares. They are counted by single-stepping (instructions.c), so they are whole
# and the same each time, on a busy machine, too. They depend on the compiler, its flags and the clock, which are named, and not on
# libc, whose own stand beside them for comparison.
set -u
build=${BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/build}
list=$(dirname "$0")/instructions.txt
work=$(mktemp -d "${TMPDIR:-/tmp}/contend-instructions.XXXXXX") || exit 1
trap 'rm -rf "$work" "$regions"' EXIT
trap 'exit 130' INT TERM
regions=$(mktemp -d /dev/shm/contend-instructions.XXXXXX) || exit 1
unset "${!CONTEND_@}" LD_PRELOAD
export LC_ALL=C

# No wait lasts long enough to be kept, however busy the machine; all else is as by default.
defaults=(LD_PRELOAD="$build/libcontend.so" CONTEND_REGION_DIR="$regions" CONTEND_SEED=1 CONTEND_BLOCK_RATE=86400s)
off=("${defaults[@]}" CONTEND_FRACTION=0 CONTEND_BLOCK_RATE=0)
# Without CONTEND_WAKERS: then a barrier's pair has two stacks, which may meet in one of the few places where a thread keeps stacks.
options=("${defaults[@]}" CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_HOLD_RATE=1000000 CONTEND_PAIRS=1)

# count FILE OBJECT [VARIABLE=VALUE...]: lines "pair of-object of-others".
count()
{
	local file=$1 object=$2

	shift 2
	env "$@" timeout -s KILL 300 "$build/tests/bench/instructions" "$object" >"$work/$file" || exit
}

# What the numbers depend on.
print_origin()
{
	echo "# compiler: $(readelf -p .comment "$build/libcontend.so" | sed -n 's/^ *\[ *[0-9a-f]*\] *//p' | paste -s -d ';')"
	echo "# flags: $(readelf --debug-dump=info "$build/interpose/mutex.o" | sed -n 's/.*DW_AT_producer.*): //p' | head -n 1)"
	echo "# clock: $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource 2>/dev/null)"
}

print_counts()
{
	print_origin
	count defaults libcontend.so "${defaults[@]}"
	count off libcontend.so "${off[@]}"
	count options libcontend.so "${options[@]}"
	join --nocheck-order -o 1.1,1.2,2.2 "$work/defaults" "$work/off" | join --nocheck-order -o 1.1,1.2,1.3,2.2 - "$work/options"
}

record()
{
	print_counts >"$work/counts"
	count bare libc.so.6
	echo '# Instructions of libcontend.so in each pair of calls of pairs.def and counted.def, by default (with a rate that no wait reaches),'
	echo '# with fraction 0 and rate 0, and with options that make calls dearer; and those of libc when it is alone, which nobody compares.'
	echo '# When a change is meant to change them: bash tests/bench/instructions.sh --record'
	grep '^#' "$work/counts"
	{
		echo '# pair defaults off options libc'
		grep -v '^#' "$work/counts" | join --nocheck-order -o 1.1,1.2,1.3,1.4,2.2 - "$work/bare"
	} | sed 's/^# /#_/' | awk '{ printf "%-24s %8s %8s %8s %8s\n", $1, $2, $3, $4, $5 }' | sed 's/^#_/# /'
}

if [ "${1:-}" = --record ]; then
	record >"$work/list" && cat "$work/list" >"$list"
else
	print_counts
fi
