#!/bin/bash
# SPDX-License-Identifier: MIT
# make bench: what the library costs on this machine, in one table.
#
# Bare and preloaded runs take turns; a row shows the medians, and of the differences or ratios of neighbouring runs the median
# and the quartiles. "limit" is what the project promises, "OVER" where the median is beyond it.   QUICK=1: fewer runs.
set -u
cd "$(dirname "$0")/../.." || exit 1
bench=$PWD/build/tests/bench
library=$PWD/build/libcontend.so
make -s all programs build/tests/decode || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/contend-bench.XXXXXX") || exit 1
mkdir "$work/regions"
unset "${!CONTEND_@}" LD_PRELOAD
export LC_ALL=C
trap 'rm -rf "$work" "$regions"' EXIT
trap 'exit 130' INT TERM
regions=$(mktemp -d /dev/shm/contend-bench.XXXXXX) || exit 1
runs=${QUICK:+5}
runs=${runs:-15}

# The three environments that are compared, as words for `env`; profiles go where nobody looks.
quiet=(CONTEND_REGION_DIR="$regions" CONTEND_OUT="$work/profile.%e.%p.%n")
defaults=(LD_PRELOAD="$library" CONTEND_EXIT=0 "${quiet[@]}")
everything=("${defaults[@]}" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1)

row()
{
	printf '%-50s %10s %10s %9s %17s %7s %s\n' "$@"
}

# compare NAME HOW LIMIT SENSE < lines "bare preloaded": one row. HOW: ratio or difference; SENSE: most or least, what LIMIT is.
compare()
{
	local fields

	fields=$(awk -v how="$2" -v limit="$3" -v sense="$4" '
		function sort(values, n,   i, j, v) {
			for (i = 2; i <= n; i++) {
				v = values[i]
				for (j = i - 1; j && values[j] > v; j--) values[j + 1] = values[j]
				values[j + 1] = v
			}
		}
		function quantile(values, n, q,   at) { at = 1 + (n - 1) * q; return values[int(at + 0.5)] }
		function short(v) { return v >= 1000 || v <= -1000 ? sprintf("%.0f", v) : sprintf("%.4g", v) }
		NF >= 2 { n++; bare[n] = $1; loaded[n] = $2; cost[n] = how == "ratio" ? $2 / $1 : $2 - $1 }
		END {
			if (!n) { print "- - - no_result - FAILED"; exit }
			sort(bare, n); sort(loaded, n); sort(cost, n)
			middle = quantile(cost, n, 0.5)
			over = limit != "-" && (sense == "least" ? middle < limit : middle > limit)
			print short(quantile(bare, n, 0.5)), short(quantile(loaded, n, 0.5)), short(middle), \
				short(quantile(cost, n, 0.25)) ".." short(quantile(cost, n, 0.75)), limit, over ? "OVER" : ""
		}')
	# shellcheck disable=SC2086 # fields
	row "$1" $fields
}

# by_turns ENVIRONMENT PROGRAM...: bare and preloaded runs by turns; lines of the first number of each.
by_turns()
{
	local -n environment=$1
	local i bare loaded

	shift
	for ((i = 0; i < runs; i++)); do
		read -r bare _ < <("$@")
		read -r loaded _ < <(env "${environment[@]}" "$@")
		echo "$bare $loaded"
	done
}

# Instructions per pair: the difference of a long and a short run, divided by the difference in pairs.
instructions()
{
	local name=$1 mode=$2 pairs count=()

	shift 2
	for pairs in 10000 60000; do
		count+=("$(env "$@" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
			"$bench/uncontended" "$name" "$mode" $pairs 2>&1 | sed -n 's/.*Collected : //p')")
	done
	[ "${count[1]}" ] && awk -v few="${count[0]}" -v many="${count[1]}" 'BEGIN { printf "%.1f", (many - few) / 50000 }'
}

uncontended_pair()
{
	local name=$1 mode=$2 limit=$3 words=$4

	[ "$limit" = 0 ] && limit=-
	by_turns defaults "$bench/uncontended" "$name" "$mode" 4000000 | compare "$name pair, ns, $words" ratio "$limit" most
	command -v valgrind >/dev/null || return
	echo "$(instructions "$name" "$mode" -) $(instructions "$name" "$mode" "${defaults[@]}")" |
		compare "$name pair, instructions, $words" difference - most
}

uncontended()
{
	local name limit_single limit_threads

	while read -r name limit_single limit_threads <&3; do
		uncontended_pair "$name" single "$limit_single" 'one thread'
		uncontended_pair "$name" threads "$limit_threads" 'several threads'
	done 3< <("$bench/uncontended" list)
}

io()
{
	local limit name number=0

	while read -r limit name <&3; do
		by_turns defaults "$bench/io" $number | compare "$name, ns" ratio "$limit" most
		number=$((number + 1))
	done 3< <("$bench/io")
}

contended()
{
	local mode words limit

	while read -r mode limit words; do
		by_turns defaults "$bench/uncontended" "$mode" 4000000 | compare "lock+unlock, ns, $words" ratio "$limit" most
		command -v valgrind >/dev/null || continue
		echo "$(instructions "$mode" -) $(instructions "$mode" "${defaults[@]}")" |
			compare "lock+unlock, instructions, $words" difference - most
	done <<-end
		single 1.6 one thread
		threads 1.15 several threads
	end
}

contended()
{
	local turns i bare loaded all

	turns=$("$bench/contended" calibrate)
	for ((i = 0; i < runs; i++)); do
		bare=$("$bench/contended" "$turns" 400)
		loaded=$(env "${defaults[@]}" "$bench/contended" "$turns" 400)
		all=$(env "${everything[@]}" "$bench/contended" "$turns" 400)
		echo "$bare $loaded $all"
	done >"$work/contended"
	awk '{ print $1, $3 }' "$work/contended" | compare '4 threads, 1 us in, 1 us out: sections/s, defaults' ratio 0.97 least
	awk '{ print $1, $5 }' "$work/contended" | compare '4 threads, 1 us in, 1 us out: sections/s, everything' ratio 0.90 least
	awk '{ print $2, $4 }' "$work/contended" | compare '  share of the slowest thread, defaults' ratio - least
	awk '{ print $2, $6 }' "$work/contended" | compare '  share of the slowest thread, everything' ratio - least
}

# Starts the memory program in the given environment and prints its Rss and Pss in KiB once its stacks were recorded; then,
# with the name of a dump to wait for, the same after a dump, and the KiB of its region.
memory_of()
{
	local dump=$1 pid

	shift
	rm -f "$work/input" && mkfifo "$work/input"
	env "$@" "$bench/memory" <"$work/input" >"$work/memory.out" &
	pid=$!
	exec 9>"$work/input"
	until grep -q ready "$work/memory.out"; do sleep 0.02; done
	awk '/^(Rss|Pss):/ { printf "%d ", $2 }' "/proc/$pid/smaps_rollup"
	if [ "$dump" ]; then
		kill -USR2 "$pid"
		for ((i = 0; i < 500; i++)); do [ -e "$(echo "$work/$dump".*.block.pb.gz)" ] && break; sleep 0.02; done
		awk '/^(Rss|Pss):/ { printf "%d ", $2 }' "/proc/$pid/smaps_rollup"
		find "$regions" -type f -name "$pid.*" -printf '%k'
	fi
	exec 9>&-
	wait "$pid"
	echo
}

# How many different stacks some profiles have together, beside the none that there are without us.
stacks()
{
	local profile

	for profile in "$@"; do
		build/tests/decode "$profile"
	done | grep -c ';path_' | sed 's/^/0 /'
}

memory()
{
	local i bare loaded

	for ((i = 0; i < (runs + 2) / 3; i++)); do
		bare=$(memory_of '' -)
		loaded=$(memory_of memory "${everything[@]}" CONTEND_OUT="$work/memory.%n")
		echo "$bare $loaded"
		rm -rf "$work/stacks" && mkdir "$work/stacks" && mv "$work"/memory.*.pb.gz "$work/stacks"
	done >"$work/memory"
	awk '{ print $1, $3 }' "$work/memory" | compare '64 threads, 1,000 stacks: Rss, KiB' difference 3072 most
	awk '{ print $2, $4 }' "$work/memory" | compare '  Pss, KiB' difference 3072 most
	awk '{ print $1, $5 }' "$work/memory" | compare '  Rss after a dump, KiB' difference - most
	awk '{ print 0, $7 }' "$work/memory" | compare '  region: KiB in use of its file' difference - most
	stacks "$work"/stacks/* | compare '  distinct stacks in its two profiles' difference 1000 least
}

startup()
{
	"$bench/startup" "$library" $((runs * 20)) | compare '/bin/true, us' difference 1500 most
}

dumping()
{
	local directory=$work/dumps

	mkdir "$directory"
	"$bench/dump" "$directory" 5 >"$work/bare"
	env "${everything[@]}" CONTEND_OUT="$directory/%n" "$bench/dump" "$directory" "$runs" >"$work/loaded" &&
		awk '{ print 0, $1 }' "$work/loaded" | compare 'dump: ms until both files are there' difference 1000 most
	awk '{ print $2, $3 }' "$work/bare" | compare '  longest pause of a busy thread, us, bare' ratio - most
	awk '{ print $2, $3 }' "$work/loaded" | compare '  the same, us, before and during the dump' ratio - most
	stacks "$directory"/0.*.pb.gz | compare '  distinct stacks in its two profiles' difference 5000 least
}

event()
{
	local depth

	for depth in 5 20 50 100; do
		by_turns everything "$bench/event" $depth 100000 | compare "recorded wait at depth $depth, ns" difference - most
	done
}

parts=(uncontended io contended memory startup dumping event)
row '' bare preloaded cost quartiles limit ''
for part in "${@:-${parts[@]}}"; do
	$part
done
[ $# != 0 ] || [ ! -x "$bench/stack" ] || { echo && "$bench/stack"; }
