# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Resident memory, against threads and stacks.
settings=(defaults everything)

resident_kib()
{
	awk '/^(Rss|Pss):/ { printf "%d ", $2 }' "/proc/$1/smaps_rollup"
}

# kib_of MEMORY SETTING THREADS STACKS: with that bound on shared memory, Rss and Pss, and preloaded the same after a dump.
kib_of()
{
	local pid i

	rm -rf input pid files && mkfifo input && mkdir files
	in_setting "$2" CONTEND_MEMORY="$1" CONTEND_OUT="$PWD/files/%n" "$bench/memory" "$3" "$4" <input >pid &
	exec 9>input
	for ((i = 0; i < 500; i++)); do [ -s pid ] && break; sleep 0.02; done
	pid=$(cat pid)
	[ "$pid" ] || return
	resident_kib "$pid"
	if [ "$2" != bare ]; then
		kill -USR2 "$pid"
		for ((i = 0; i < 500; i++)); do [ -e files/0.block.pb.gz ] && break; sleep 0.02; done
		resident_kib "$pid"
	fi
	exec 9>&-
	wait
	echo
}

kib_by_turns()
{
	local round setting

	for ((round = 0; round < some_runs; round++)); do
		for setting in bare "${settings[@]}"; do
			echo "$round $setting $(kib_of "$1" "$setting" "$2" "$3")"
		done
	done
}

for threads in 1 4 16 64 256 512; do
	kib_by_turns 8m $threads 1000 >lines
	[ $threads = 64 ] && limit='everything<=3072' || limit=
	at="$threads threads" rows 'Rss, 1000 stacks' KiB difference "$limit" <lines
	at="$threads threads" rows 'Pss, 1000 stacks' KiB difference "$limit" 2 <lines
	sed 's/ bare \([0-9]*\)/& 0 \1/' lines | at="$threads threads" rows 'Rss after a dump, 1000 stacks' KiB difference '' 3
done
for stacks in 100 1000 5000 10000 50000; do
	stacks=$(scaled $stacks)
	kib_by_turns 64m 4 "$stacks" >lines
	at="$stacks stacks" rows 'Rss, 4 threads, CONTEND_MEMORY=64m' KiB difference '' <lines
	distinct_stacks everything "$stacks" files/0.*.pb.gz
done
