#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# Every source compiles without a warning, with gcc and with clang, from nothing.
. "$ROOT/tests/tap.sh"
tree=$TMPDIR/tree
mkdir "$tree"
cp -r "$ROOT"/{Makefile,.ci,interpose,sampling,report,proto,tests,contend.h} "$tree" 2>/dev/null
cd "$tree" || exit 1
for source in {interpose,sampling}{,/"$(uname -m)"}/*.c report/*.c tests/*.c tests/unit/*.c; do
	case $source in tests/supervise.c | tests/launch.c | tests/unit/*plugin*) ;; *) echo "build/${source%.c}.o" ;; esac
done >objects

program_flags="-O2 -fsyntax-only -D_GNU_SOURCE -Wall -Wextra -Wno-attributes -Wno-unknown-attributes -iquote tests
	-iquote sampling -iquote sampling/$(uname -m) -iquote interpose -iquote report -iquote ."

# warnings CC CXX LEVEL: what the compilers say.
warnings()
{
	rm -rf build && mkdir build
	[ -d "$BUILD/private" ] && cp -r "$BUILD/private" build/
	{
		xargs make -k -s -j2 CC="$1" CXX="$2" CFLAGS="$3" <objects
		# Test programs: looked at only. clang does not know an attribute that keeps a test's functions apart.
		ls tests/{hazard,live,bench}/*.c | xargs -P 2 -n 8 "$1" -std=gnu17 $program_flags
		ls tests/{hazard,live,bench}/*.cc | xargs -P 2 -n 8 "$2" -std=gnu++17 $program_flags
	} 2>&1 | grep -E 'warning:|error:|\*\*\*'
}

at_least 'there are sources' "$(wc -l <objects)" 40
none 'gcc' "$(warnings gcc g++ -O2)"
is 'gcc made every object' "$(xargs ls <objects 2>/dev/null | wc -l)" "$(wc -l <objects)"
none 'clang' "$(warnings clang clang++ -O1)"
is 'clang made every object' "$(xargs ls <objects 2>/dev/null | wc -l)" "$(wc -l <objects)"
echo 'int lonely(void) { int unused; return 0; }' >sampling/zz_probe.c
echo build/sampling/zz_probe.o >objects
at_least 'a warning would be noticed' "$(warnings gcc g++ -O0 | grep -c zz_probe)" 1
finish
