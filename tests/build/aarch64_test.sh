#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 900
# alone: it builds everything once more
# The library for aarch64, built by Debian's cross compiler, and its tests under QEMU's emulator of one process: the units, the hazard
# programs, and those live tests that need nothing else. tests/aarch64.txt has what is left out, and why.
. "$ROOT/tests/tap.sh"
live='aliases blame_four_waiters cancelled futex_count single_stacks wakers'
cd "$ROOT" || exit 1

for program in aarch64-linux-gnu-gcc aarch64-linux-gnu-g++ qemu-aarch64; do
	command -v $program >/dev/null && continue
	echo "no $program here (packages g++-aarch64-linux-gnu, qemu-user)"
	exit 77
done
if ! make ARCH=aarch64 --no-print-directory sysroot >"$TMPDIR/sysroot" 2>&1; then
	tail -n 1 "$TMPDIR/sysroot"
	echo "the libraries for aarch64 cannot be had"
	exit 77
fi
is 'the library, the command and all programs compile without a warning' \
	"$(make -k -j2 ARCH=aarch64 --no-print-directory emulated 2>&1 | grep -E 'warning|error|\*\*\*')" ''
is 'it needs nothing but libc and its loader' \
	"$(aarch64-linux-gnu-readelf -d build/aarch64/libcontend.so | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | sort | tr '\n' ' ')" \
	'ld-linux-aarch64.so.1 libc.so.6 '
is 'it loads with the first glibc for this processor, but for what came a year later' \
	"$(aarch64-linux-gnu-nm -D --undefined-only build/aarch64/libcontend.so | grep -o '@.*' | sort -u | tr '\n' ' ')" '@GLIBC_2.17 @GLIBC_2.18 '

# All programs, no scripts but those above.
names()
{
	local name

	ARCH=aarch64 LIST=1 bash tests/run.sh unit/ hazard/ | while read -r name; do
		[ -e "tests/${name}_test.sh" ] && continue
		[ -x "build/aarch64/emulated/tests/$name" ] || [ -x "build/aarch64/emulated/tests/${name}_test" ] && echo "$name"
	done
	for name in $live; do echo "live/$name"; done
}

mapfile -t tests < <(names)
NOBUILD=1 ARCH=aarch64 bash tests/run.sh "${tests[@]}" >"$TMPDIR/said" 2>&1
at_least 'there are tests' "$(grep -cE '^(ok|FAIL|skip) ' "$TMPDIR/said")" 110
while read -r verdict name rest; do
	case $verdict in
	ok) result ok "$name" '' ;;
	skip) skip "$name" "${rest#* ms  }" ;;
	FAIL) result 'not ok' "$name" "$rest
$(awk -v name="$name" '$2 == name { found = 1; next } /^(ok|FAIL|skip) / { found = 0 } found' "$TMPDIR/said")" ;;
	esac
done < <(grep -E '^(ok|FAIL|skip) ' "$TMPDIR/said")
echo "# shown: under QEMU $(tail -n 1 "$TMPDIR/said"), $(grep -c ' | ' tests/aarch64.txt) left out"
finish
