#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# contend.h as its users compile it: C and C++ of every age, strictly; position-independent or not, static, optimized at link time,
# with and without -ldl. Without libcontend nothing happens, with it everything.
. "$ROOT/tests/tap.sh"
source=$ROOT/tests/live/interface.c
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wstrict-aliasing -Wunused -Wundef -Werror'
cd "$TMPDIR" || exit 1
mkdir out

without()
{
	cat <<-END
		active 0
		fraction 0
		set_fraction 0
		fraction_then 0
		rate 0
		set_rate 0
		rate_then 0
		name -38
		name_away -38
		name_nothing -38
		pop_none -38
		push -38
		push_nothing -38
		pop -76
		pop_too_many -38
		inherit 0
		inherit_again 0
		name_thread -38
		dump -38
		dump_again -38
		dump_nowhere -38
		dump_unnamed -38
		dump_as_usual -38
		reset -38
		dump_after -38
		wrong_errno 0
	END
}

with()
{
	cat <<-END
		active 1
		fraction 7
		set_fraction 7
		fraction_then 3
		rate 70
		set_rate 70
		rate_then 20
		name 0
		name_away 0
		name_nothing -22
		pop_none -22
		push 0
		push_nothing -22
		pop 0
		pop_too_many -22
		inherit 0
		inherit_again 1
		name_thread 0
		dump 0
		dump_again 0
		dump_nowhere -2
		dump_unnamed -22
		dump_as_usual 0
		reset 0
		dump_after 0
		wrong_errno 0
	END
}

preloaded()
{
	CONTEND_FRACTION=7 CONTEND_BLOCK_RATE=70 CONTEND_OUT="$PWD/out/usual.%n" LD_PRELOAD=$LIBCONTEND "$@" 2>said
}

# NAME COMPILER FLAG...: builds it so, without a warning, and runs it both ways.
works()
{
	local name=$1

	shift
	# shellcheck disable=SC2086
	check "$name: compiles" "$@" $warnings -D_GNU_SOURCE -o program "$source"
	rm -f out/*
	none "$name: without libcontend nothing happens" "$(diff <(without) <(./program "$PWD/out/named"))"
	none "$name: and nothing is written" "$(ls out)"
	none "$name: with it everything does" "$(diff <(with) <(preloaded ./program "$PWD/out/named"))"
}

works 'C' gcc -x c -O2
is 'a prefix names the files, and no file is overwritten' "$(echo $(cd out && ls))" \
	"$(echo named.{1.,}{block,mutex}.pb.gz usual.{0,1,2}.{block,mutex}.pb.gz)"
is 'a prefix that cannot be is complained of once' "$(cat said)" \
	'contend: no profile written to /nonexistent/prefix: No such file or directory; contend dump '"$(sed -n 's/.*contend dump \([0-9]*\) writes it$/\1/p' said)"' writes it'
works 'C, -O0' gcc -x c -O0
works 'C99, clang' clang -x c -std=c99 -O2
works 'C23, not position-independent' gcc -x c -std=c2x -no-pie -fno-pie -O1
works 'not position-independent, clang, -O0' clang -x c -no-pie -fno-pie
works 'with -ldl' gcc -x c -O2 -ldl
works 'optimized at link time' gcc -x c -O2 -flto
works 'C++98' g++ -x c++ -std=c++98 -Wno-long-long -O2
works 'C++20' g++ -x c++ -std=c++20 -O2 -fno-exceptions
works 'C++17, clang, not position-independent' clang++ -x c++ -std=c++17 -no-pie -fno-pie -O2
for kind in -static -static-pie; do
	# shellcheck disable=SC2086
	check "$kind: compiles, without a warning of the linker" gcc $warnings -D_GNU_SOURCE -Wl,--fatal-warnings $kind -O2 -o program "$source"
	none "$kind: nothing happens" "$(diff <(without) <(preloaded ./program named))"
done
none 'it needs no library but libc' "$(gcc -D_GNU_SOURCE -O2 -o program "$source" && readelf -d program | grep NEEDED | grep -v 'libc\.so')"

# Two that include it are one program, and each function of it may stay unused.
echo '#include "contend.h"
int other(void); int other(void) { return contend_is_active(); }' >other.c
echo '#include "contend.h"
int other(void); int main(void) { return other() + 2 * contend_is_active(); }' >main.c
# shellcheck disable=SC2086
check 'two files of a program include it' gcc $warnings -I "$ROOT" -o both other.c main.c
LD_PRELOAD=$LIBCONTEND ./both
is 'and both see libcontend' $? 3

# A program that asks dlsym itself still has it.
echo '#include "contend.h"
#include <dlfcn.h>
int main(void) { return dlsym((void *)0, "nothing") != (void *)0 || contend_is_active(); }' >own.c
check 'a program that uses dlsym itself' gcc -static -I "$ROOT" -o own own.c
check 'still has it, static too' ./own
finish
