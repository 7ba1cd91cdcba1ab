# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# What the library says that recording costs: whether it is so, and what CONTEND_MAX_OVERHEAD makes of it.

# own FILE: of a profile, the ns that it says recording took, the percentage of the CPU time that this is, and the calls in a second of that.
own()
{
	"$root/build/tests/decode" "$1" |
		sed -nE 's/^# comment # overhead: ([0-9]+) ns in ([0-9]+) recording calls.*, ([0-9.]+) % of ([0-9]+) ns .*/\1 \2 \3 \4/p' |
		awk '{ print $1, $3, $2 * 1e9 / $4 }'
}

# with_own SETTING [NAME=VALUE...] COMMAND...: what it prints, and `own` of its last profile.
with_own()
{
	local setting=$1

	shift
	rm -rf files && mkdir files
	echo "$(in_setting "$setting" CONTEND_EXIT=1 CONTEND_OUT="$PWD/files/%n" "$@") $(own files/*.mutex.pb.gz)"
}

# both_told NAME SETTING COMMAND... ROUNDS: what a round of it costs by the clock, and by the library.
both_told()
{
	local name=$1 setting=$2 round ns own_ns rounds=${!#}

	shift 2
	for ((round = 0; round < some_runs; round++)); do
		echo "$round bare $("$@")"
		read -r ns own_ns _ < <(with_own "$setting" "$@")
		echo "$round $setting $ns $(awk -v ns="$own_ns" -v rounds="$rounds" 'BEGIN { print ns / rounds }')"
	done >lines
	rows "$name" ns difference <lines
	rows "$name, as the library says" ns value '' 2 <lines
}

both_told 'read of a byte from /dev/zero' defaults "$bench/io" 0 "$(scaled 2000000)"
both_told 'recorded wait and release' everything "$bench/event" both 20 "$(scaled 2000000)"

turns=$(($("$bench/contended" calibrate) * 3))
for bound in 0 1 0.5 0.2; do
	for ((round = 0; round < some_runs; round++)); do
		echo "$round everything $(with_own everything CONTEND_MAX_OVERHEAD=$bound% "$bench/contended" $turns 4 "$(scaled 6000)")"
	done >lines
	if [ $bound = 0 ]; then
		rows '4 threads, one mutex' 'recording calls/s of CPU time' value '' 5 <lines
		rows 'the same' '% of CPU time' value '' 4 <lines
	else
		rows "the same, CONTEND_MAX_OVERHEAD=$bound%" '% of CPU time' value "everything<=$bound" 4 <lines
	fi
done
