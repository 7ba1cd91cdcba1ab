#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# Every source is as clang-format would write it (.clang-format), so that no change has to argue about it.
. "$ROOT/tests/tap.sh"
cd "$ROOT" || exit 1

unformatted()
{
	clang-format --dry-run "$@" 2>&1 | sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning: .*/\1/p' | sort -u
}

mapfile -t sources < <(find contend.h interpose sampling report tests -name '*.[ch]' -o -name '*.cc')
at_least 'there are sources' "${#sources[@]}" 100
none 'all are formatted' "$(unformatted "${sources[@]}")"
printf 'int  main( void ){return 0 ;}\n' >"$TMPDIR/untidy.c"
at_least 'an untidy one is found' "$(unformatted "$TMPDIR/untidy.c" | wc -l)" 1
finish
