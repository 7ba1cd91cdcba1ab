#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Every header compiles alone, with either compiler; and the build itself refuses an include against the architecture's arrows.
. "$ROOT/tests/tap.sh"
tree=$TMPDIR/tree
mkdir "$tree"
cp -r "$ROOT"/{Makefile,interpose,sampling,report,proto,tests,contend.h} "$tree" 2>/dev/null
cd "$tree" || exit 1

# compiles FOLDER TEXT [COMPILER]: would this source be built in that folder?
compiles()
{
	printf '%s\n' "$2" >"$1/zz_probe.c"
	rm -f "build/$1/zz_probe.o"
	make -s --no-print-directory CC="${3:-gcc}" CFLAGS='-O0 -Werror -Wno-unused-const-variable' "build/$1/zz_probe.o"
	set -- $? "$1"
	rm -f "$2/zz_probe.c"
	return "$1"
}

count=0
for folder in sampling interpose report tests tests/hazard; do
	for header in "$folder"/*.h; do
		[ -e "$header" ] || continue
		count=$((count + 1))
		for compiler in gcc clang; do
			check "$header alone, $compiler" compiles "$folder" "#include \"${header##*/}\"" "$compiler"
		done
	done
done
at_least 'there are headers' $count 15
echo '#include "contend.h"' >probe.c
cp probe.c probe.cc
check 'contend.h alone, gcc' gcc -Wall -Wextra -Werror -I. -c -o /dev/null probe.c
check 'contend.h alone, clang' clang -Wall -Wextra -Werror -I. -c -o /dev/null probe.c
check 'contend.h alone, g++' g++ -Wall -Wextra -Werror -I. -c -o /dev/null probe.cc
check 'contend.h alone, clang++' clang++ -Wall -Wextra -Werror -I. -c -o /dev/null probe.cc

arrow()
{
	check "$1 sees $2" compiles "$1" "#include \"$2\""
}

# Refused, and because the header, which is there, is not seen.
no_arrow()
{
	local said

	said=$(compiles "$1" "#include \"${2##*/}\"" 2>&1)
	is "$1 does not see $2" "$([ -e "$2" ] && grep -o 'fatal error: [a-z_.]*h: No such file' <<<"$said")" \
		"fatal error: ${2##*/}: No such file"
}

arrow sampling clock.h
no_arrow sampling interpose/measure.h
no_arrow sampling report/control.h
no_arrow sampling contend.h
arrow interpose clock.h
arrow interpose measure.h
no_arrow interpose report/control.h
no_arrow interpose contend.h
arrow report clock.h
arrow report control.h
arrow report contend.h
no_arrow report interpose/measure.h
finish
