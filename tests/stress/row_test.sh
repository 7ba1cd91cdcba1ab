#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 120
# row_test.sh ROW: one row of rows.txt, bare and then preloaded with everything recorded, for STRESS_SECONDS (1) with each of
# STRESS_SEEDS (1). The process is looked at when its storms are over, and after its end.
. "${ROOT:-$PWD}/tests/stress/common.sh"
seconds=${STRESS_SECONDS:-1}
seeds=${STRESS_SEEDS:-1}
row=$1
MEMORY_KB=8192          # the bound on the region, where the row does not set another
HEAP_KB=6144            # what the library's own heap and threads may take beside it
over_limit=$((seconds + 60))

IFS='|' read -r _ storms variables _ < <(grep "^$row |" "$ROOT/tests/stress/rows.txt")
read -r -a storms <<<"$storms"
read -r -a variables <<<"$variables"
[ "${storms[0]:-}" ] || { echo "Bail out! no row $row"; exit 1; }
[[ ${variables[*]} == *CONTEND_BLOCK_RATE=* ]] && estimated=1
[[ ${variables[*]} == *CONTEND_PAIRS=* ]] && HEAP_KB=$((2 * HEAP_KB)) # five profiles in place of two
if [ "${storms[0]}" = asan ]; then
	stress+=_asan
	storms=("${storms[@]:1}")
	HEAP_KB=$((256 * 1024)) # what was freed is kept for a while: more, the more was done
fi

# The storms of a process are over, or it has ended before.
await_over()
{
	local tries

	for ((tries = 0; tries < over_limit * 20; tries++)); do
		grep -q '^over$' "$run/out" && return 0
		[ -d "/proc/$pid" ] || return 1
		sleep 0.05
	done
	return 1
}

# What is left in the process when all is over, that a bare one must have just so.
look_at()
{
	local task name

	for task in /proc/"$pid"/task/*; do
		read -r name <"$task/comm"
		[ "$name" = contend ] || echo "thread $name"
	done
	for name in /proc/"$pid"/fd/*; do # by what they are: storms open theirs beside each other
		name=$(readlink "$name")
		echo "descriptor ${name##*/}" | tr -d '0-9[]'
	done | sort
	for name in $(cat /proc/"$pid"/task/*/children); do
		echo "child $(tr '\0' ' ' <"/proc/$name/cmdline") $(cat "/proc/$name/comm")"
	done
}

# What was asked for last is written: a dump under way has memory that it gives back.
await_quiet()
{
	local task state quiet=0 tries

	for ((tries = 0; tries < 400 && quiet < 5; tries++)); do
		state=S
		for task in /proc/"$pid"/task/*; do
			[ "$(cat "$task/comm")" = contend ] && state=$(sed 's/.*) \(.\).*/\1/' "$task/stat")
		done
		if [ "$state" = S ]; then quiet=$((quiet + 1)); else quiet=0; fi
		sleep 0.02
	done
}

# Memory in KB: what is resident and nobody else's, but for regions; what of a region is.
memory_of()
{
	awk '/^[0-9a-f]+-[0-9a-f]+ / { is_region = / \/dev\/shm\/.*contend-[0-9]+\// }
		/^Rss:/ && is_region { region += $2 }
		/^Anonymous:/ && !is_region { anonymous += $2 }
		END { print anonymous + 0, region + 0 }' "/proc/$pid/smaps"
}

# run MODE VARIABLE...: what it left is in $run/{out,err,notes,ledger,look,memory,status}; preloaded, the region's check, too.
run()
{
	local mode=$1

	shift
	run=$TMPDIR/$mode.$seed
	mkdir -p "$run/profiles" "$run/looked"
	chmod 1777 "$run/profiles" # some children are other users
	mkfifo "$run/input"
	env "$@" STRESS_LEDGER="$run/ledger.bin" "$stress" --seed "$seed" --seconds "$seconds" "${storms[@]}" \
		<"$run/input" >"$run/out" 2>"$run/err" 3>"$run/notes" 9>&- &
	pid=$!
	exec 9>"$run/input"
	if await_over; then
		await_quiet
		look_at >"$run/look"
		memory_of >"$run/memory"
		[ "$mode" = bare ] || look_at_region
	fi
	exec 9>&-
	wait "$pid"
	echo $? >"$run/status"
	STRESS_LEDGER=$run/ledger.bin "$stress" ledger >"$run/ledger"
}

# Beside what its children wrote, and what those left that were killed.
look_at_region()
{
	[ "$(find "$CONTEND_REGION_DIR" -type f | wc -l)" -le 1 ] ||
		"$BUILD/contend" dump --dead -o "$run/profiles/%e.%p.%n" >"$run/dead" 2>&1 || cat "$run/dead" >>"$run/dump.fault"
	find "$run/profiles" -type f -exec cp -l -t "$run/looked" {} +
	"$BUILD/contend" check "$pid" >"$run/check" 2>&1 || echo "exit status $?" >>"$run/check.fault"
	"$BUILD/contend" dump -o "$run/looked/%e.%p.%n" "$pid" >"$run/dump" 2>&1 || cat "$run/dump" >>"$run/dump.fault"
}

ends_well()
{
	is "$1: the program ends well" "$(cat "$run/status" "$run/err")" 0
	is "$1: its storms are over" "$(cat "$run/out")" over
}

memory_is_bounded()
{
	local bare_kb kb region_kb bound_kb

	read -r bare_kb _ <"$bare/memory"
	read -r kb region_kb <"$run/memory"
	bound_kb=$(printf '%s\n' "${variables[@]}" | sed -n 's/^CONTEND_MEMORY=\([0-9]*\)m$/\1/p')
	at_most "$1: the region is within its bound" "$region_kb" $((${bound_kb:-8} * 1024))
	at_most "$1: other memory is not much more than bare" "$kb" $((bare_kb + HEAP_KB))
}

leaves_nothing()
{
	is "$1: threads, descriptors and children are as bare" "$(cat "$run/look")" "$(cat "$bare/look")"
	none "$1: no region is left" "$(find "$CONTEND_REGION_DIR" -type f)"
	none "$1: nothing but profiles is left" "$(find "$run/profiles" -type f ! -name '*.pb.gz')"
}

# A storm that is to fill tables must have done so: the losses that the profiles then name.
fills_tables()
{
	local words wanted=()

	case " ${storms[*]}" in
	*' tables:'*) wanted=('sample table full' 'waiter table full' 'module table full' 'stacks cut at') ;;
	*' crowds:'*) wanted=('beyond the thread table') ;;
	*) return ;;
	esac
	find "$run/profiles" -name '*.block.pb.gz' -print0 | xargs -0 "$BUILD/tests/decode" | grep '# lost:' >"$run/losses"
	for words in "${wanted[@]}"; do
		check "$1: there was a loss: $words" grep -q "# lost: [1-9].*$words" "$run/losses"
	done
}

check_run()
{
	ends_well "$1"
	[ -e "$run/look" ] || return # its storms were never over
	none "$1: the region is consistent" "$(cat "$run"/check.fault "$run/check" 2>/dev/null | grep -v ': consistent')"
	none "$1: the tool dumps it" "$(cat "$run/dump.fault" 2>/dev/null)"
	memory_is_bounded "$1"
	leaves_nothing "$1"
	none "$1: the profiles hold what the program counted" "$(differences "$run/profiles")"
	none "$1: so did those that the tool wrote before its end" "$(differences "$run/looked")"
	fills_tables "$1"
	cat "$run/notes" >>"$TMPDIR/notes"
	awk '/^kind/ { n += $3 } /^lost/ { lost = $2 } END { print "events: " n; print "lost: " lost + 0 }' "$run/tally" >>"$TMPDIR/notes"
}

# What was done with all seeds, in one line.
show_notes()
{
	awk -F ': ' '!($1 in sum) { order[++n] = $1 }
		{ sum[$1] += $2 }
		END { for (i = 1; i <= n; i++) printf "%s%d %s", (i == 1 ? "# shown: " : ", "), sum[order[i]], order[i]; print "" }' \
		"$TMPDIR/notes"
}

for seed in $seeds; do
	run bare
	bare=$run
	ends_well "seed $seed, bare"
	run preloaded LD_PRELOAD="$LIBCONTEND" CONTEND_OUT="$TMPDIR/preloaded.$seed/profiles/%e.%p.%n" "${everything[@]}" "${variables[@]}"
	check_run "seed $seed"
done
show_notes
finish
