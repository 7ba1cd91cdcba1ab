#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# leaves: gdb ends what it started
# Each real function is libc's in the version that programs linked today get: another version is another function, perhaps for other
# objects. Asked of a process, by gdb.
. "$ROOT/tests/tap.sh"
command -v gdb >/dev/null || { echo 'gdb is not installed'; exit 77; }
libc=/lib/x86_64-linux-gnu/libc.so.6

# name and address in libc, of each function with a real one; those of libc's default version, or its only one.
sed -n 's/^WAITING([^,]*, *\([A-Za-z_0-9]*\),.*/\1/p' "$ROOT/interpose/waits.def" >"$TMPDIR/names"
sed -n 's/^FUNCTION\(_ASIDE\|_CONFINING\)\{0,1\}([^,]*, *\([A-Za-z_0-9]*\),.*/\2/p; s/^FUNCTION_IN_ASSEMBLER(\(.*\))$/\1/p' "$ROOT/interpose/functions.def" \
	>>"$TMPDIR/names"
nm -D --defined-only $libc | awk '
	NR == FNR { wanted[$1]; next }
	{ name = $3; sub(/@.*/, "", name) }
	name in wanted && ($3 ~ /@@/ || !(name in address)) { address[name] = $1 }
	END { for (name in address) print name, tolower(address[name]) }' "$TMPDIR/names" - | sed 's/ 0*/ /' | sort >"$TMPDIR/expected"

{
	echo 'break main'
	echo 'run'
	echo 'set $base = (long) ((void *(*)(void *, const char *)) dlsym)(0, "gnu_get_libc_version") - '"0x$(
		nm -D --defined-only $libc | sed -n 's/ [TW] gnu_get_libc_version@.*//p')"
	sed 's/.*/printf "resolved & %lx\\n", real_distances.& + (long) real_stub_& - $base/' "$TMPDIR/names"
} >"$TMPDIR/commands"
gdb -q -batch -ex "set environment LD_PRELOAD=$LIBCONTEND" -x "$TMPDIR/commands" "$BUILD/tests/hazard/syscall_ways" \
	>"$TMPDIR/said" 2>&1 </dev/null
sed -n 's/^resolved //p' "$TMPDIR/said" | sort >"$TMPDIR/resolved"

at_least 'there are functions' "$(wc -l <"$TMPDIR/names")" 150
is 'gdb tells of each' "$(wc -l <"$TMPDIR/resolved")" "$(wc -l <"$TMPDIR/names")"
none 'each is the one of libc that is meant' "$(comm -3 "$TMPDIR/expected" "$TMPDIR/resolved")"
is 'another version would be noticed' "$(nm -D --defined-only $libc | grep -c ' pthread_cond_wait@GLIBC_2.2.5$')$(
	grep -c "^pthread_cond_wait $(nm -D --defined-only $libc | sed -n 's/^0*\([0-9a-f]*\) . pthread_cond_wait@GLIBC_2.2.5$/\1/p')$" \
		"$TMPDIR/resolved")" 10
finish
