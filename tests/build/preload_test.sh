#!/bin/bash
# SPDX-License-Identifier: MIT
# The library really is there when a test preloads it, and its functions are the ones that programs find.
. "$ROOT/tests/tap.sh"

bindings()
{
	LD_DEBUG=bindings LD_DEBUG_OUTPUT=$TMPDIR/bindings LD_BIND_NOW=1 env "$@" "$BUILD/tests/hazard/mutex_unrecoverable"
	cat "$TMPDIR"/bindings.* | grep "mutex_unrecoverable.*\`$name'" | sed 's/.* to \([^ ]*\) .*/\1/' | sort -u
	rm "$TMPDIR"/bindings.*
}

mapped()
{
	env "$@" cat /proc/self/maps 2>/dev/null | grep -c 'libcontend\.so'
}

at_least 'it is mapped' "$(mapped LD_PRELOAD="$LIBCONTEND")" 1
is 'not without' "$(mapped LD_PRELOAD=)" 0
is 'not when the path is wrong' "$(mapped LD_PRELOAD="$LIBCONTEND.not")" 0
name=pthread_mutex_timedlock
is "a program's $name is ours" "$(bindings LD_PRELOAD="$LIBCONTEND")" "$LIBCONTEND"
is 'not without' "$(bindings LD_PRELOAD= | sed 's/.*libc\.so\.6/libc/')" libc
finish
