#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 600
# However it is compiled, the library is one that works: a call that an optimizer made a jump, or a variable that it keeps
# elsewhere, may be the end of every program that it is preloaded into.
. "$ROOT/tests/tap.sh"
tree=$TMPDIR/tree
mkdir "$tree"
cp -r "$ROOT"/{Makefile,.ci,interpose,sampling,report,proto,contend.h} "$tree"
cd "$tree" || exit 1
library=$tree/build/libcontend.so

made()
{
	rm -rf build && mkdir build && cp -r "$BUILD/private" build/
	make -s -j2 CC="$1" CFLAGS="$2" build/libcontend.so
}

# Jumps in the functions that look others up. These look at their return address: whoever jumps there is not who asks.
jumps()
{
	local function

	for function in look_up_next look_up_version; do
		objdump -d --no-show-raw-insn --disassemble=$function "$library" >code
		grep -cqE '\bcall +\*' code || echo "$function calls nothing"
		grep -E '\bjmp\b' code
	done
}

profiled()
{
	rm -f profile.*
	LD_PRELOAD=$library CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT=$tree/profile "$BUILD/tests/live/loaders"
}

waits()
{
	"$BUILD/tests/decode" profile.block.pb.gz | grep -cE 'pthread_mutex_lock;wait_mutex;|sem_wait;wait_semaphore;|pthread_cond_wait;wait_cond;'
}

for compiler in 'gcc -O0' 'gcc -O1' 'gcc -O3 -march=x86-64-v2' 'gcc -O2 -flto=2' 'clang -O0' 'clang -O3'; do
	check "$compiler: it is built" made "${compiler%% *}" "${compiler#* } -g0"
	is "$compiler: a program runs, and nothing is said" "$(LD_PRELOAD=$library /bin/true 2>&1; echo $?)" 0
	is "$compiler: a program with threads runs" "$(profiled 2>&1)" 'all waited'
	is "$compiler: its waits are in the profile" "$(waits)" 3
	none "$compiler: no jump to dlsym" "$(jumps)"
done
finish
