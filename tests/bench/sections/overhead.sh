# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# What the library says that recording costs: whether it is so, and what CONTEND_MAX_OVERHEAD makes of it.

# own_ns FILE: what a profile says that recording took.
own_ns()
{
	"$root/build/tests/decode" "$1" | sed -nE 's/^# comment # overhead: ([0-9]+) ns in .*/\1/p'
}

# both_told NAME SETTING COMMAND... ROUNDS: what a round of it costs by the clock, and by the library.
both_told()
{
	local name=$1 setting=$2 round ns rounds=${!#}

	shift 2
	for ((round = 0; round < some_runs; round++)); do
		echo "$round bare $("$@")"
		rm -rf files && mkdir files
		ns=$(in_setting "$setting" CONTEND_EXIT=1 CONTEND_OUT="$PWD/files/%n" "$@")
		echo "$round $setting $ns $(own_ns files/*.mutex.pb.gz | awk -v rounds="$rounds" '{ print $1 / rounds }')"
	done >lines
	rows "$name" ns difference <lines
	rows "$name, as the library says" ns value '' 2 <lines
}

# Of the one process that runs: the ns that recording took, of CPU time, and contentions.
own_now()
{
	CONTEND_REGION_DIR=$regions "$root/build/contend" list --json |
		sed -nE 's/.*"mutex": ([0-9]+),.*"overhead_ns": ([0-9]+), "cpu_ns": ([0-9]+).*/\2 \3 \1/p'
}

# settled BOUND: in percent of CPU time, and contentions in a second of that, once the bound had time to take effect.
settled()
{
	local ms before after

	ms=$(scaled 8000)
	[ "$ms" -ge 1000 ] || ms=1000
	in_setting everything CONTEND_MAX_OVERHEAD="$1" "$bench/contended" "$turns" 4 "$ms" >ignored &
	sleep "$((ms * 3 / 8))e-3"
	before=$(own_now)
	sleep "$((ms * 4 / 8))e-3"
	after=$(own_now)
	wait
	echo "$before $after" | awk '{ cpu_ns = $5 - $2; print 100 * ($4 - $1) / cpu_ns, 1e9 * ($6 - $3) / cpu_ns }'
}

both_told 'read of a byte from /dev/zero' defaults "$bench/io" 0 "$(scaled 2000000)"
both_told 'recorded wait and release' everything "$bench/event" both 20 "$(scaled 2000000)"

turns=$(($("$bench/contended" calibrate) * 3))
for bound in 0% 1% 0.5% 0.2%; do
	[ $bound = 0% ] && limit= || limit="everything<=${bound%\%}"
	for ((round = 0; round < some_runs; round++)); do
		echo "$round everything $(settled $bound)"
	done >lines
	rows "4 threads, one mutex, CONTEND_MAX_OVERHEAD=$bound" '% of CPU time' value "$limit" <lines
	rows "the same, CONTEND_MAX_OVERHEAD=$bound" 'contentions/s of CPU time' value '' 2 <lines
done
