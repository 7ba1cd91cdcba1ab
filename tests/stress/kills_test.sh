#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 300
# A process under storms that dumps all the time is killed at random moments between its start and its end: its region reads and
# is consistent, the tool writes it, what it then holds is what the process did until then to the event, every file is whole, and
# nothing is left. STRESS_KILLS (200) times; moments and storms from STRESS_SEEDS (1).
. "${ROOT:-$PWD}/tests/stress/common.sh"

kills=${STRESS_KILLS:-200}
life_ms=${STRESS_LIFE_MS:-200} # start, storms for 100 ms, and the last dump, on a machine that is not too busy
RANDOM=${STRESS_SEEDS:-1}
run=$TMPDIR/killed
early=0 amid=0 late=0 # killed before there was a region, with one, after the last dump
dumps=0

kill_one()
{
	rm -rf "$run" && mkdir -p "$run/profiles"
	env LD_PRELOAD="$LIBCONTEND" CONTEND_OUT="$run/profiles/%e.%p.%n" "${everything[@]}" STRESS_LEDGER="$run/ledger.bin" \
		"$stress" --seed "$1" --seconds 0.1 locks:4 churn:4 dumps:1 </dev/null >"$run/out" 2>"$run/err" 3>/dev/null &
	pid=$!
	sleep "$(printf '0.%03d' "$2")"
	kill -KILL $pid
	wait $pid
} 2>/dev/null # what the shell says of it

profiles()
{
	find "$run/profiles" -name '*.block.pb.gz'
}

# One that its process did not live to finish holds nothing, and is only removed.
write_region()
{
	"$BUILD/contend" check "$1" >"$run/check" 2>&1 || grep -v 'a region that was never finished' "$run/check"
	"$BUILD/contend" dump -o "$run/profiles/%e.%p.%n" --dead >"$run/dump" 2>&1 || cat "$run/dump"
}

# What is wrong after a kill.
faults()
{
	local region=$1

	[ "$region" ] && write_region "$region"
	find "$CONTEND_REGION_DIR" -type f
	find "$run/profiles" -type f ! -name '*.pb.gz'
	grep -v '^over$' "$run/out" "$run/err"
	[ "$(profiles)" ] || return
	STRESS_LEDGER=$run/ledger.bin "$stress" ledger >"$run/ledger"
	differences "$run/profiles" | grep -v '^the program counted nothing$'
}

for ((i = 0; i < kills; i++)); do
	seed=$RANDOM moment_ms=$((RANDOM % life_ms))
	kill_one $seed $moment_ms
	region=$(find "$CONTEND_REGION_DIR" -type f)
	written=$(profiles | wc -l)
	dumps=$((dumps + written))
	if [ "$region" ]; then amid=$((amid + 1)); elif [ "$written" = 0 ]; then early=$((early + 1)); else late=$((late + 1)); fi
	none "kill $i, seed $seed, after $moment_ms ms" "$(faults "$region")"
done
at_least 'most had a region' "$amid" $((kills / 3))
at_least 'and were dumping' "$dumps" "$kills"
note "shown: $kills kills: $early before there was a region, $amid with one, $late after the last dump; $dumps dumps before"
finish
