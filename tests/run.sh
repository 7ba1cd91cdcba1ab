#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh [PREFIX...]: builds what is needed and runs the tests whose names begin so (all, by default).
#
#   unit/X          tests/unit/X_test.c; unit/X@address, @undefined, @thread the same under that sanitizer
#   build/X         tests/build/X_test.sh: what can be told from the files that were built
#   hazard/X        tests/hazard/X.c or .cc: first bare (it must pass there, or it tests nothing), then preloaded with
#                   everything on and recorded, then preloaded with the defaults; exit status and output must be the bare ones
#   live/X, ...     tests/FOLDER/X_test.sh: any script that prints TAP
#   stress/X        the row X of tests/stress/rows.txt, in its short form
#
# A comment line of its own in a test's source sets: "limit: SECONDS" (default 60, for each run), "alone: REASON" (nothing
# runs beside it), "leaves: REASON" (it may leave its region behind), "part of: SCRIPT" (that one runs it, not we). A line
# "# shown: WORDS" of a test's TAP is shown beside its verdict. X.env beside X holds variables for it. Exit status 77,
# with a reason printed, skips. Scripts get BUILD, LIBCONTEND and an empty directory of their own to be in; hazard programs
# that are preloaded have HAZARD_PRELOADED set.
# BARE=1: hazard programs bare only.   NOBUILD=1: take what is built.   JOBS=n: tests at a time (2).   KEEP=1: temporary directories
# stay.   LIMIT=SECONDS: in place of each test's own.   LIST=1: the names only.
# ARCH=aarch64: what was built for that processor, under QEMU; but for sanitizers, build/X, and what tests/ARCH.txt leaves out: a line
# "NAME | REASON" for a test, "NAME: CHECK | REASON" for one check of a test that prints TAP.
set -u
shopt -s nullglob
# What a shell without job control runs in the background ignores these, and a script cannot undo that for its children.
[ -z "$(trap -p INT QUIT)" ] || exec env --default-signal=INT,QUIT bash "$0" "$@"
cd "$(dirname "$0")/.." || exit 1
root=$PWD
folder=$root/build${ARCH:+/$ARCH}
export BUILD=$folder${ARCH:+/emulated} LIBCONTEND=$folder/libcontend.so ROOT=$root
unset LD_PRELOAD LD_BIND_NOW "${!CONTEND_@}"
export LC_ALL=C
jobs=${JOBS:-2}
sanitizers=${ARCH:-'address undefined thread'}
left_out=$root/tests/${ARCH:-none}.txt
everything='CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1 CONTEND_HOLD_RATE=1 CONTEND_PAIRS=1'
filters=("$@")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/contend-check.XXXXXX") || exit 1
regions=$(mktemp -d /dev/shm/contend-check.XXXXXX) || exit 1
chmod 755 "$scratch" "$regions"
[ "${KEEP:-}" ] || trap 'rm -rf "$scratch" "$regions"' EXIT
trap 'exit 130' INT TERM

wanted()
{
	local filter

	[ ${#filters[@]} = 0 ] && return 0
	for filter in "${filters[@]}"; do
		[[ $1 == "$filter"* ]] && return 0
	done
	return 1
}

# The value of the comment "word: value" in a source, or the default.
setting()
{
	local value

	value=$(sed -n "s/^\(#\| \*\|\/\/\) $2: *//p" "$1" | head -n 1)
	echo "${value:-$3}"
}

# In the empty directory $dir: runs a command with a limit (under an emulator three times that), output to out and err.
supervise()
{
	local limit=$((${ARCH:+3 * }$1))

	shift
	(cd "$dir" && exec "$BUILD/tests/supervise" "$limit" "$@") >"$dir.out" 2>"$dir.err" </dev/null
}

show()
{
	head -n 100 "$1" | cut -c 1-400 | sed 's/^/    | /'
}

# Prints what is wrong with TAP output: nothing if all is well.
tap_faults()
{
	awk '
		/^ok /      { made++ }
		/^not ok /  { made++; failed++ }
		/^1\.\./    { plan = substr($0, 4); planned = 1 }
		/^Bail out/ { fault("bailed out") }
		END {
			if (failed) fault(failed " checks failed")
			if (!made) fault("no check was made")
			if (!planned) fault("no plan was printed")
			else if (plan + 0 != made) fault("planned " plan + 0 " checks, made " made + 0)
			print faults
		}
		function fault(words) { faults = faults (faults ? "; " : "") words }' "$1"
}

leftovers()
{
	find "$region" ! -type d 2>/dev/null
}

# Of a test's checks, those that cannot hold where it was run are skipped; if no other one failed, that was all.
leave_out_checks()
{
	local check reason

	while IFS='|' read -r check reason; do
		CHECK=${check% } REASON=${reason# } awk '
			/^not ok / { at = index($0, " - "); if (substr($0, at + 3) == ENVIRON["CHECK"]) { print "ok " $3 " # SKIP " ENVIRON["REASON"]; next } }
			{ print }' "$dir.out" >"$dir.left" && mv "$dir.left" "$dir.out"
	done < <(sed -n "s|^$name: ||p" "$left_out")
	grep -q '^not ok' "$dir.out" || [ $status != 1 ] || status=0
}

# run_tap SOURCE COMMAND...: a program or script that prints TAP.
run_tap()
{
	local source=$1 status faults left

	shift
	supervise "${LIMIT:-$(setting "$source" limit 60)}" "$@"
	status=$?
	[ "${ARCH:-}" ] && leave_out_checks
	if [ $status = 77 ]; then
		verdict skip "$(tail -n 1 "$dir.out" "$dir.err" | grep -v '^==>' | grep . || echo 'FAULT: no reason')"
		return
	fi
	faults=$(tap_faults "$dir.out")
	[ $status = 0 ] || faults+="${faults:+; }exit status $status"
	left=$(leftovers)
	[ "$left" ] && [ ! "$(setting "$source" leaves '')" ] && faults+="${faults:+; }left behind: ${left//$'\n'/ }"
	if [ "$faults" ]; then
		verdict FAIL "$faults"
		grep -v '^ok ' "$dir.out" >"$dir.faults" # of a long test the last check may be the one
		show "$dir.faults"
		show "$dir.err"
	else
		verdict ok "$(sed -n 's/^# shown: //p' "$dir.out")"
	fi
	grep '^ok .*# SKIP' "$dir.out" | sed 's/.*# SKIP/    skipped:/' | sort | uniq -c | sed 's/^ *\([0-9]*\) *\(.*\)/    \2 (\1)/'
}

# One run of a hazard program: MODE, then the environment. Output stays in $dir.MODE.{out,err,status}.
run_mode()
{
	local mode=$1

	shift
	rm -rf "$dir" && mkdir -m 1777 "$dir"
	find "$region" -mindepth 1 -delete
	supervise "$limit" env "${extra[@]}" "$@" "$program"
	echo $? >"$dir.$mode.status"
	mv "$dir.out" "$dir.$mode.out"
	mv "$dir.err" "$dir.$mode.err"
}

# How a preloaded run differs from the bare one: nothing if it does not.
mode_faults()
{
	local mode=$1 left part

	[ -e "$dir.bare.status" ] || return
	cmp -s "$dir.bare.status" "$dir.$mode.status" ||
		echo "$mode: exit status $(cat "$dir.$mode.status"), bare $(cat "$dir.bare.status")"
	for part in out err; do
		cmp -s "$dir.bare.$part" "$dir.$mode.$part" ||
			echo "$mode: std$part differs: $(diff "$dir.bare.$part" "$dir.$mode.$part" | head -n 12)"
	done
	left=$(leftovers)
	[ "$left" ] && [ ! "$leaves" ] && echo "$mode: left behind: $left"
}

run_hazard()
{
	local source=$1 program=$2 limit leaves status faults extra=() mode

	limit=${LIMIT:-$(setting "$source" limit 60)}
	leaves=$(setting "$source" leaves '')
	[ -e "${source%.*}.env" ] && mapfile -t extra < <(grep -E '^[A-Z_]+=' "${source%.*}.env")
	run_mode bare
	status=$(cat "$dir.bare.status")
	if [ "$status" = 77 ]; then
		verdict skip "$(grep . "$dir.bare.out" "$dir.bare.err" -h || echo 'FAULT: no reason')"
		return
	fi
	if [ "$status" != 0 ]; then
		verdict FAIL "bare: exit status $status: the test itself is broken"
		show "$dir.bare.out"
		show "$dir.bare.err"
		return
	fi
	[ "${BARE:-}" ] && verdict ok "(bare only)" && return
	run_mode all HAZARD_PRELOADED=1 LD_PRELOAD="$LIBCONTEND" $everything
	faults=$(mode_faults all)
	touch "$dir.preloaded"
	[ "$(ls "$dir.profiles")" ] && touch "$dir.recorded"
	run_mode defaults HAZARD_PRELOADED=1 LD_PRELOAD="$LIBCONTEND"
	faults+=${faults:+$'\n'}$(mode_faults defaults)
	if [ "$faults" ]; then
		verdict FAIL
		printf '%s\n' "$faults" | cut -c 1-400 | sed '/^$/d; s/^/    | /'
	else
		verdict ok
	fi
}

# The one line of a test: verdict, name, duration, words.
verdict()
{
	local now=${EPOCHREALTIME/./} words=${2:-}

	[[ $words == FAULT:* ]] && set -- FAIL
	printf '%-4s %-44s %7d ms%s\n' "$1" "$name" $(((now - began) / 1000)) "${words:+  $words}"
	echo "$1" >"$dir.verdict"
}

built()
{
	if [ ! -x "$program" ]; then
		verdict FAIL 'not built'
	elif [ $kind = hazard ] && [ ! "${BARE:-}" ] && [ ! -e "$LIBCONTEND" ]; then
		verdict FAIL 'no libcontend.so'
	else
		return 0
	fi
	return 1
}

# Runs one line of the list of tests, all its output to one file.
run_test()
{
	local name=$1 kind=$2 source=$3 program=$4 began=${EPOCHREALTIME/./} dir region

	dir=$scratch/${name//\//.}
	region=$regions/${name//\//.}
	mkdir -p "$dir" "$region"
	export CONTEND_OUT=$dir.profiles/%e.%p.%n CONTEND_REGION_DIR=$region TMPDIR=$dir
	mkdir -p "$dir.profiles" && chmod 1777 "$dir.profiles" "$region" "$dir"
	case $kind in
	script) run_tap "$source" bash "$root/$source" "$program" ;;
	unit) if built; then run_tap "$source" "$program"; fi ;;
	hazard) if built; then run_hazard "$source" "$program"; fi ;;
	esac
	[ "${KEEP:-}" ] || rm -rf "$dir" "$dir.profiles" "$region"
}

# With ARCH, the tests that can be run there.
not_left_out()
{
	[ "${ARCH:-}" ] || exec cat
	grep -v -e '^build/' -e "@$ARCH " -e '^stress/' -e '^fuzz/' -e '^bench/' |
		awk -v left_out="$left_out" 'BEGIN { while ((getline line <left_out) > 0) if (split(line, part, / \| /) == 2) left[part[1]] } !($1 in left)'
}

# All tests, one "name kind source program" a line.
list_tests()
{
	local file name sanitizer

	for file in tests/build/*_test.sh; do
		name=${file##*/}
		echo "build/${name%_test.sh} script $file -"
	done
	for file in tests/unit/*_test.c; do
		name=$(basename "$file" _test.c)
		echo "unit/$name unit $file $BUILD/tests/unit/${name}_test"
		for sanitizer in $sanitizers; do
			echo "unit/$name@$sanitizer unit $file $BUILD/$sanitizer/tests/unit/${name}_test"
		done
	done
	for file in tests/hazard/*.c tests/hazard/*.cc; do
		name=${file##*/}
		case $name in *_plugin* | *_library*) continue ;; esac
		[ "$(setting "$file" 'part of' '')" ] && continue
		echo "hazard/${name%.*} hazard $file $BUILD/${file%.*}"
	done
	for file in tests/*/*_test.sh tests/live/programs/*_test.sh; do
		[[ $file == tests/build/* || $file == tests/stress/row_test.sh ]] && continue
		name=${file#tests/}
		echo "${name%_test.sh} script $file -"
	done
	sed -nE '/^[^|]*\| (script |[^|]*\/)/d; s/^([a-z0-9-]+) \|.*/\1/p' tests/stress/rows.txt | while read -r name; do
		echo "stress/$name script tests/stress/row_test.sh $name"
	done
}

# make, as a test of its own: what it could not build fails again where it is missed.
build()
{
	local name=$1 began=${EPOCHREALTIME/./} dir=$scratch/make.${1//\//.}

	shift
	if make -k -j"$jobs" "$@" >"$dir.out" 2>&1 </dev/null; then
		verdict ok
	else
		verdict FAIL "make $*"
		grep -E 'error|undefined|warning:|\*\*\*' "$dir.out" >"$dir.err"
		show "$dir.err"
	fi
}

build_all()
{
	local sanitizer

	if [ "${ARCH:-}" ]; then
		build "make/$ARCH" ARCH="$ARCH" emulated
		return
	fi
	build make/all all units programs
	for sanitizer in $sanitizers; do
		wanted "unit/x@$sanitizer" || grep -q "@$sanitizer " "$scratch/list" || continue
		build "make/units@$sanitizer" SANITIZE="$sanitizer" units
	done
	grep -q '^fuzz/readers ' "$scratch/list" && build make/fuzzers fuzzers
}

run_all()
{
	local line running=0

	while read -r -a line; do
		[ "$(setting "${line[2]}" alone '')" ] && continue
		[ $running -ge "$jobs" ] && wait -n && running=$((running - 1))
		(run_test "${line[@]}" >"$scratch/line.$BASHPID"; cat "$scratch/line.$BASHPID") &
		running=$((running + 1))
	done <"$scratch/list"
	wait
	while read -r -a line <&3; do
		[ "$(setting "${line[2]}" alone '')" ] && run_test "${line[@]}"
	done 3<"$scratch/list"
}

[ "${NOBUILD:-}" ] && build_all() { :; }
list_tests | not_left_out | while read -r name rest; do
	wanted "$name" && echo "$name $rest"
done >"$scratch/list"
[ "${LIST:-}" ] && { cut -d ' ' -f 1 "$scratch/list"; exit; }
build_all
[ -x "$BUILD/tests/supervise" ] || { echo "0 passed, 1 failed"; exit 1; }
run_all
passed=$(cat "$scratch"/*.verdict 2>/dev/null | grep -c ok)
failed=$(cat "$scratch"/*.verdict 2>/dev/null | grep -c FAIL)
skipped=$(cat "$scratch"/*.verdict 2>/dev/null | grep -c skip)
missing=$(($(wc -l <"$scratch/list") - $(find "$scratch" -name '*.verdict' ! -name 'make.*' | wc -l)))
[ "$missing" = 0 ] || echo "FAIL $missing tests gave no verdict"
[ -s "$scratch/list" ] || { echo "FAIL no such test"; missing=1; }
# Most hazard programs contend. If few of them left a profile, the others tested a library that slept.
preloaded=$(find "$scratch" -name 'hazard.*.preloaded' | wc -l)
recorded=$(find "$scratch" -name 'hazard.*.recorded' | wc -l)
if [ "$preloaded" -ge 10 ] && [ $((recorded * 2)) -lt "$preloaded" ]; then
	echo "FAIL only $recorded of $preloaded hazard programs were profiled"
	missing=$((missing + 1))
fi
failed=$((failed + missing))
echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
[ $failed = 0 ]
