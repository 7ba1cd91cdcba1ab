#!/bin/bash
# SPDX-License-Identifier: MIT
# The library exports the functions of interpose/functions.def, interpose/waits.def and contend.h, and nothing else.
. "$ROOT/tests/tap.sh"
cd "$ROOT" || exit 1

# Read by other means than the build does: from the text of the lists.
expected()
{
	sed -n 's/^WAITING([^,]*, *\([a-z_0-9]*\),.*/\1/p' interpose/waits.def
	sed -n 's/^FUNCTION[A-Z_]*(\([^,(]*, *\)\{0,1\}\([A-Za-z_0-9]*\)[,)].*/\2/p' interpose/functions.def
	grep -o '"contend_v[0-9]*_[a-z0-9_]*"' contend.h | tr -d '"'
}

exported()
{
	nm -D --defined-only "$LIBCONTEND" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }'
}

expected | sort -u >"$TMPDIR/expected"
exported | sort -u >"$TMPDIR/exported"
at_least 'the lists name functions to stand in front of' "$(grep -c ^pthread_ "$TMPDIR/expected")" 10
at_least 'and functions of the interface' "$(grep -c ^contend_ "$TMPDIR/expected")" 1
none 'nothing is missing' "$(comm -23 "$TMPDIR/expected" "$TMPDIR/exported")"
none 'nothing else is exported' "$(comm -13 "$TMPDIR/expected" "$TMPDIR/exported")"
none 'every export is a function' "$(nm -D --defined-only "$LIBCONTEND" | awk '$2 != "A" && $2 !~ /^[TtWi]$/')"
sed -i '/^pthread_mutex_lock$/d' "$TMPDIR/expected"
is 'a name that is in no list would be noticed' "$(comm -13 "$TMPDIR/expected" "$TMPDIR/exported")" pthread_mutex_lock

# An interposed name without a version is found by every version of it. That is wrong only where an older version is another
# function for other objects: there ours have the versions that they stand in front of.
grep -oE '^F[A-Z_]*\([^,]*, *[A-Za-z_0-9]*, .*[A-Z]+_VERSION\)$' interpose/functions.def |
	sed -E 's/^FUNCTION(_ASIDE)?\([^,]*, *([a-z_0-9]*),.* ([A-Z_]*)\)$/\2@@\3/; s/^FUNCTION_OLD\([^,]*, *([a-z_0-9]*),.* ([A-Z_]*)\)$/\1@\2/' |
	sed -f <(sed -nE 's/^#define ([A-Z]+_VERSION) +"(.*)"$/s,@\1$,@\2,/p' "sampling/$(uname -m)/libc_layout.h") |
	sort >"$TMPDIR/versions"
at_least 'some functions have a version' "$(wc -l <"$TMPDIR/versions")" 4
is 'these are exported under it, all others under none' "$(nm -D --defined-only "$LIBCONTEND" | awk '$3 ~ /@/ { print $3 }' | sort)" \
	"$(cat "$TMPDIR/versions")"
finish
