# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# How cost grows with threads, up to 512: of those that have nothing to do with each other, by couples, and of those that all want one mutex.
# All but the last are CPU time: where it grows with threads that run at the same time, they share cache lines. What such a line costs here is
# measured, too. No more threads run at the same time than the machine has CPUs.
runs=$some_runs
turns_per_us=$("$bench/contended" calibrate)

# control WORD NAME: what is measured without us.
control()
{
	for ((round = 0; round < runs; round++)); do
		echo "$round alone $("$bench/apart" "$1" "$threads" "$(scaled 1000000)")"
	done | rows "$2" ns value
}

for threads in 1 2 4 16 64 128 256 512; do
	at="$threads threads"
	for_ms 30 "$bench/apart" free $threads | rows 'own mutex, lock and unlock' ns difference
	for_ms 30 "$bench/apart" read $threads | rows 'own read' ns difference
	for_ms 30 "$bench/apart" wait $threads | rows 'own wait' ns difference
	[ $threads = 1 ] || for_ms 30 "$bench/apart" couple $threads | rows 'mutex of two, a section' ns difference
	[ $threads = 1 ] || by_turns "$bench/contended" "$turns_per_us" $threads "$(scaled 100)" |
		rows 'mutex of all, 1 us in, 1 us out' sections/s ratio
	control line 'increment of a line that all write'
	control lines 'increment of an own line'
done
