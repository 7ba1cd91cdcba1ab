#!/bin/bash
# SPDX-License-Identifier: MIT
# The stack of a wait in a library's constructor, which the loader calls before there is a main, is whole.
. "${ROOT:-$PWD}/tests/live/common.sh"

cat >"$work/library.c" <<'EOF'
#include <time.h>
void wait_in_constructor(void);
__attribute__((constructor)) void wait_in_constructor(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	__asm__ volatile("" ::: "memory");
}
EOF
echo 'int main(void) { return 0; }' >"$work/program.c"
check 'a library with a constructor' gcc -O2 -fPIC -shared -o "$work/library.so" "$work/library.c"
check 'a program' gcc -O2 -o "$work/program" "$work/program.c"
# The first of the preloaded libraries is initialised last, when we can record.
check 'it ends well' profiled constructor LD_PRELOAD="$work/library.so:$LIBCONTEND" "$work/program"
block=$(decoded constructor last block)
is 'the wait is there' "$(sum "$block" count '^nanosleep;wait_in_constructor;' kind=sleep)" 1
is 'down to the loader, and not cut' "$(sum "$block" count '^nanosleep;wait_in_constructor;.*;_dl_start_user$')" 1
check 'nothing was lost' says "$block" '^# comment # lost: nothing'

check 'as an argument of the loader, too' profiled argument LD_PRELOAD="$work/library.so:$LIBCONTEND" \
	"$(readelf -lW "$work/program" | sed -n 's/.*interpreter: \(.*\)]/\1/p')" "$work/program"
block=$(decoded argument last block)
is 'the wait is there then' "$(sum "$block" count '^nanosleep;wait_in_constructor;' kind=sleep)" 1
check 'and nothing was lost' says "$block" '^# comment # lost: nothing'
finish
