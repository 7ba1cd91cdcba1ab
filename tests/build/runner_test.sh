#!/bin/bash
# SPDX-License-Identifier: MIT
# The test runner itself: in a tree of its own, what fails, hangs, skips, lies or leaves something behind is told apart.
# limit: 60
unset NOBUILD BARE JOBS KEEP LIST
tree=$TMPDIR/tree
made=0
failed=0
check()
{
	made=$((made + 1))
	if grep -qE -- "$1" "$TMPDIR/report"; then
		echo "ok $made - $2"
	else
		failed=1
		echo "not ok $made - $2 (no line like: $1)"
	fi
}

mkdir -p "$tree/tests/live" "$tree/build/tests"
cp "$ROOT/tests/run.sh" "$tree/tests/"
cp "$BUILD/tests/supervise" "$tree/build/tests/"
printf 'all units programs:\n\t@true\n' >"$tree/Makefile"
script()
{
	cat >"$tree/tests/live/$1_test.sh"
}
script passes <<<'echo "ok 1 - x"; echo 1..1'
script tells <<<'echo "ok 1 - x"; echo "# shown: 17 things"; echo 1..1'
script fails <<<'echo "not ok 1 - x"; echo 1..1'
script exits <<<'echo "ok 1 - x"; echo 1..1; exit 3'
script planless <<<'echo "ok 1 - x"'
script short <<<'echo "ok 1 - x"; echo 1..2'
script empty <<<'echo 1..0'
script silent <<<':'
script skips <<<'echo "no such machine"; exit 77'
script unreasoned <<<'exit 77'
script leaves_process <<<'sleep 30 & echo "ok 1 - x"; echo 1..1'
script leaves_region <<<'touch $CONTEND_REGION_DIR/x; echo "ok 1 - x"; echo 1..1'
script interrupted <<<'sh -c "kill -INT \$\$; exit 1"; [ $? = 130 ] && echo "ok 1 - x"; echo 1..1'
script may_leave <<<'# leaves: it is killed
touch $CONTEND_REGION_DIR/x; echo "ok 1 - x"; echo 1..1'
script hangs <<<'# limit: 1
sleep 30'

# Hazard programs, as scripts: the name stands for the program that the runner would build.
mkdir -p "$tree/tests/hazard" "$tree/build/tests/hazard"
cp "$LIBCONTEND" "$tree/build/"
hazard()
{
	touch "$tree/tests/hazard/$1.c"
	{ echo '#!/bin/bash'; cat; } >"$tree/build/tests/hazard/$1"
	chmod +x "$tree/build/tests/hazard/$1"
}
hazard equal <<<'echo same; exit 0'
hazard broken <<<'exit 1'
hazard status_differs <<<'[ -z "${HAZARD_PRELOADED-}" ]'
hazard tells_options <<<'echo "with: ${CONTEND_FRACTION-} ${CONTEND_BLOCK_RATE-} ${CONTEND_SPIN-} ${CONTEND_SEM_AS_LOCK-} ${CONTEND_WAKERS-} ${CONTEND_HOLD_RATE-} ${CONTEND_PAIRS-}"'
hazard defaults_only <<<'[ -z "${HAZARD_PRELOADED-}" ] || [ "${CONTEND_SPIN-}" ]'
(cd "$tree" && trap '' INT && TMPDIR=$tree bash tests/run.sh live/ hazard/) >"$TMPDIR/report" 2>&1
status=$?
cat "$TMPDIR/report" >&2
check '^ok +live/interrupted ' 'SIGINT ends what it is sent to, although the runner was started without it'
for name in passes may_leave; do
	check "^ok +live/$name " "$name passes"
done
check '^ok +live/tells .* ms  17 things$' 'what a test wants shown is shown'
for name in fails exits planless short empty silent leaves_region unreasoned; do
	check "^FAIL +live/$name " "$name fails"
done
check '^FAIL +live/leaves_process .*status 125' 'a process left behind is a failure'
check '^FAIL +live/hangs .*status 124' 'a hang is a failure'
check '^skip +live/skips .*no such machine' 'a skip needs and shows a reason'
check '^ok +hazard/equal ' 'a hazard program that does the same bare and preloaded passes'
check '^FAIL +hazard/broken .*bare: exit status 1' 'one that fails bare tests nothing'
check 'all: exit status 1, bare 0' 'another exit status is a failure'
check '> with: 1 1 1 1 1 1 1$' 'one preloaded run has everything on'
check 'defaults: exit status 1, bare 0' 'and one the defaults'
check '^    . all: .*differs' 'other output is a failure'
for name in status_differs tells_options defaults_only; do
	check "^FAIL +hazard/$name " "$name fails"
done
tail -n 1 "$TMPDIR/report" >"$TMPDIR/last"
cp "$TMPDIR/last" "$TMPDIR/report"
check '^6 passed, 14 failed, 1 skipped$' 'the last line is the tally'
echo $status >"$TMPDIR/report"
check '^1$' 'the exit status tells'
(cd "$tree" && LIST=1 TMPDIR=$tree bash tests/run.sh live/pa hazard/equal 2>/dev/null; echo "status $?") >"$TMPDIR/list"
tr '\n' ' ' <"$TMPDIR/list" >"$TMPDIR/report"
check '^hazard/equal live/passes status 0 $' 'a list of names, and nothing is run'
(cd "$tree" && rm -r tests/live tests/hazard && TMPDIR=$tree bash tests/run.sh; echo "status $?") >"$TMPDIR/report" 2>&1
check '^FAIL no such test' 'no test at all is a failure'
check '^status 1' 'and its status'
echo "1..$made"
exit $failed
