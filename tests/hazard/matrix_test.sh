#!/bin/bash
# SPDX-License-Identifier: MIT
# The matrix: every function of matrix.def, on every kind of object in every state, and of waiting_calls.def, answers as without
# us. The programs X_matrix print one line a cell; here each is run bare and preloaded, and each cell must come out the same: result, errno,
# who owns the object. A cell that a preloaded run lacks, or has too much, differs.
# limit: 300
# leaves: children that are killed
. "$ROOT/tests/hazard/common.sh"
families=$(basename -a -s _matrix.c "$ROOT"/tests/hazard/*_matrix.c)
each_limit=100

# run_matrix MODE VARIABLE=VALUE...: all programs at once, as they mostly sleep; what each said and recorded in MODE.FAMILY*
run_matrix()
{
	local mode=$1 family

	shift
	for family in $families; do
		(env "$@" CONTEND_OUT="$PWD/$mode.%e" "$BUILD/tests/supervise" $each_limit "$hazard/${family}_matrix" >"$mode.$family.out" 2>"$mode.$family.err"
			echo "exit status $?" >>"$mode.$family.err") &
	done
	wait
}

# differences BARE PRELOADED: the cells that are not the same.
differences()
{
	awk -F ' -> ' '
		FNR == NR { bare[$1] = $2; next }
		!($1 in bare) { print $1 ": only preloaded: " $2; next }
		{ if (bare[$1] != $2) print $1 ": bare " bare[$1] "; preloaded " $2; delete bare[$1] }
		END { for (name in bare) print name ": only bare: " bare[name] }' "$1" "$2"
}

cells()
{
	grep -c ' -> ' "$1"
}

compare()
{
	local mode=$1 family

	for family in $families; do
		is "$family, $mode: ends well and says nothing" "$(cat "$mode.$family.err")" 'exit status 0'
		none "$family, $mode: $(cells "$mode.$family.out") cells are the same" \
			"$(differences "bare.$family.out" "$mode.$family.out")"
	done
}

# shown MODES: how many cells each mode was compared in.
shown()
{
	local family total=0 list=

	for family in $families; do
		total=$((total + $(cells "bare.$family.out")))
		list+="${list:+, }$family $(cells "bare.$family.out")"
	done
	note "shown: $total cells compared in each of $1 modes ($list)"
}

cd "$TMPDIR" || exit 1
run_matrix bare
for family in $families; do
	is "$family, bare: ends well and says nothing" "$(cat "bare.$family.err")" 'exit status 0'
	is "$family: all cells are here" "$(tail -n 1 "bare.$family.out")" "$(cells "bare.$family.out") cells"
	none "$family: no two have the same name" "$(grep ' -> ' "bare.$family.out" | sed 's/ -> .*//' | sort | uniq -d)"
done
while IFS=: read -r name reason; do
	skip "$name" "${reason# }"
done < <(grep -hvE -- ' -> |^[0-9]+ cells$' bare.*.out)
sed -nE 's/^CALL\([A-Z_]+, ([a-z_0-9]+), .*/\1/p; s/^[A-DF-Z][A-Z_]*\(([a-z_]+), .*/\1/p' \
	"$ROOT"/tests/hazard/{matrix,waiting_calls}.def >functions
at_least 'there are functions' "$(wc -l <functions)" 140
none 'every function has cells' "$(while read -r function; do
	grep -qE "/$function(-[a-z0-9-]+)? ->" bare.*.out || echo "$function"
done <functions)"

preloaded=(LD_PRELOAD="$LIBCONTEND" HAZARD_PRELOADED=1)
rates=("${preloaded[@]}" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1)
run_matrix defaults "${preloaded[@]}"
run_matrix everything "${rates[@]}"
run_matrix options "${rates[@]}" CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1 CONTEND_HOLD_RATE=1 CONTEND_PAIRS=1
for mode in defaults everything options; do
	compare $mode
done
for family in $families; do
	check "$family: its waits were recorded" test -s "options.${family}_matrix.block.pb.gz"
done

sed '3s/$/ or so/; 5d' bare.mutex.out >changed
is 'a cell that differs is noticed, and one that is missing' "$(differences bare.mutex.out changed | wc -l)" 2
shown 3
finish
