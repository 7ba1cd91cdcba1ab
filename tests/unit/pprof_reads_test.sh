#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: `go tool pprof` reads the files of a dump in every way in which it is used, with names, and says nothing on stderr. The
# dump is dump_test's: known samples in real functions of the test program and of libc.
# limit: 60
. "$ROOT/tests/tap.sh"
mkdir "$TMPDIR/first" "$TMPDIR/second"
check 'a dump is written' "$BUILD/tests/unit/dump_test" "$TMPDIR/first"
check 'and another' "$BUILD/tests/unit/dump_test" "$TMPDIR/second"
mutex=$TMPDIR/first/test.0.mutex.pb.gz
block=$TMPDIR/first/test.0.block.pb.gz
export HOME=$TMPDIR PPROF_TMPDIR=$TMPDIR

# view WORDS...: what pprof prints; what it says on stderr is kept for silent.
view()
{
	go tool pprof "$@" 2>>"$TMPDIR/said"
}

# has NAME TEXT WORDS: some line of TEXT contains WORDS, blanks being equal.
has()
{
	check "$1" grep -qF -- "$3" <(tr -s ' \t' ' ' <<<"$2")
}

top=$(view -top "$mutex")
has '-top mutex shows the release' "$top" '7ms 100% 100% 7ms 100% pthread_mutex_unlock'
has '-top mutex: delay is the default' "$top" 'Type: delay'
has '-top mutex names the program' "$top" 'File: dump_test'
has '-top mutex says what it is' "$top" 'mutex: delay that critical sections caused'
none '-top mutex hides the details' "$(grep '^#' <<<"$top")"
top=$(view -top "$block")
has '-top block shows the lock wait' "$top" '9ms 85.71% 85.71% 9ms 85.71% pthread_mutex_lock'
has '-top block shows the condition wait' "$top" '1.50ms 14.29% 100% 1.50ms 14.29% pthread_cond_wait'
has '-top block shows frames without names' "$top" '[unknown]+0xdead00'
has '-contentions counts' "$(view -top -sample_index=contentions "$block")" '4 80.00% 80.00% 4 80.00% pthread_mutex_lock'
has '-mean divides' "$(view -top -mean "$mutex")" '1ms 100% 100% 1ms 100% pthread_mutex_unlock'
has '-traces shows stacks from the leaf' "$(view -traces "$mutex" | tr '\n' ' ')" \
	'7ms pthread_mutex_unlock fake_region_new region_of_this_program'
has '-traces shows labels' "$(view -traces "$block")" 'kind: cond'
has '-tagignore leaves a kind out' "$(view -top -tagignore=kind=cond "$block")" 'Showing nodes accounting for 9ms, 85.71% of 10.50ms total'
has '-tags lists the kinds' "$(view -tags "$block")" 'kind: Total 10.5ms'
has '-tree shows callers' "$(view -tree "$block")" 'region_of_this_program'
has '-raw shows build ids and functions' "$(view -raw "$mutex")" 'dump_test'
has '-raw: mappings have functions' "$(view -raw "$mutex")" '[FN]'
has '-comments shows the details' "$(view -comments "$mutex")" '# mutex fraction 5, block rate 1000000 ns'
has 'several files are merged' "$(view -top "$mutex" "$TMPDIR/second/test.0.mutex.pb.gz")" '14ms 100% 100% 14ms 100% pthread_mutex_unlock'
has '-base subtracts' "$(view -top -base "$mutex" "$TMPDIR/second/test.0.mutex.pb.gz")" 'Showing nodes accounting for 0, 0% of 0 total'
has '-diff_base compares' "$(view -top -diff_base "$mutex" "$TMPDIR/second/test.0.mutex.pb.gz")" 'of 7ms total'
none 'it says nothing on standard error' "$(cat "$TMPDIR/said")"
refuse 'a wrong word would be noticed' grep -qF 'no such function' <<<"$top"
finish
