# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# measure.sh: how something is measured and becomes rows. Sourced by run.sh.
#
# A section is a file tests/bench/sections/NAME.sh, whose third line says what it measures. It is sourced in a subshell and an
# empty directory, with these functions, and
#   bench, library        where the programs are, libcontend.so
#   runs                  how many rounds; some_runs: a third of them, for what takes long
#   settings              the settings to be measured beside bare; a section may set fewer
#   regions               CONTEND_REGION_DIR of what in_setting runs
# A measurement is lines "ROUND SETTING VALUE...", with "-" for a value that there should be. by_turns and for_ms print such
# lines; any other code may. `rows` makes rows of them:
#
#   for_ms 40 "$bench/io" 3 | rows 'read of a byte' ns ratio 'defaults<=1.15'
#   by_turns "$bench/contended" 4 >lines
#   at='4 threads' rows 'sections of 1 us' sections/s ratio 'defaults>=0.97' <lines

settings=(off defaults everything)

preloaded()
{
	env LD_PRELOAD="$library" CONTEND_EXIT=0 CONTEND_REGION_DIR="$regions" CONTEND_OUT="$PWD/profile.%e.%p.%n" "$@"
}

# in_setting SETTING [NAME=VALUE...] COMMAND...: runs it in that setting.
in_setting()
{
	local setting=$1

	shift
	case $setting in
	bare) env "$@" ;;
	off) preloaded CONTEND_FRACTION=0 CONTEND_BLOCK_RATE=0 "$@" ;;
	defaults) preloaded "$@" ;;
	everything) preloaded CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 "$@" ;;
	*) echo "bench: no setting $setting" >&2 && return 1 ;;
	esac
}

# by_turns COMMAND...: what it prints bare and in each setting, $runs rounds, each in another order.
by_turns()
{
	local order=(bare "${settings[@]}") round turn setting said

	for ((round = 0; round < runs; round++)); do
		for ((turn = 0; turn < ${#order[@]}; turn++)); do
			setting=${order[(round + turn) % ${#order[@]}]}
			said=$(in_setting "$setting" "$@" </dev/null) || said=-
			echo "$round $setting ${said:--}"
		done
	done
}

# scaled N: N, or the part of it that SCALE percent are, not less than 1: how many, how long.
scaled()
{
	local part=$(($1 * ${SCALE:-100} / 100))

	echo $((part ? part : 1))
}

# rounds_in US COMMAND...: how many rounds that is bare, of a command whose last argument is their number, and which prints ns per
# round.
rounds_in()
{
	local us=$1 rounds=100 part ns

	shift
	for part in 0.1 1; do # what the first few cost is not what many do
		ns=$("$@" "$rounds" </dev/null) || return
		rounds=$(awk -v ns="$ns" -v wanted_us="$us" -v part=$part '
			BEGIN { printf "%d", wanted_us * part * 1000 / (ns > 0.1 ? ns : 0.1) + 1 }')
	done
	echo "$rounds"
}

# for_ms MS COMMAND...: by_turns of such a command, with the number of rounds that takes so long bare.
for_ms()
{
	local us rounds

	us=$(scaled $(($1 * 1000)))
	shift
	rounds=$(rounds_in "$us" "$@") || rounds=1
	by_turns "$@" "$rounds"
}

# Lines in ns become lines in us.
in_us()
{
	awk '$3 != "-" { $3 /= 1000 } { print }'
}

# [at='VALUE PARAMETER'] rows NAME UNIT HOW [LIMITS [FIELD]] < lines: a row for each setting, printed and kept. statistics.awk says
# what HOW, LIMITS and FIELD are. With `at` the rows are points of a curve NAME, and plotted.
rows()
{
	local value=- parameter=- what

	read -r value parameter <<<"${at:-- -}"
	what=$(printf '%s\t' "$section" "$1" "$value" "$parameter" "$2" "$3")
	awk -v how="$3" -v limits="${4:-}" -v field="${5:-1}" -f "$here/numbers.awk" -f "$here/statistics.awk" |
		awk -v what="$what" -v measured="$measured" -v OFS='\t' '{ print what $0, measured }' |
		tee -a "$rows_file" | awk -f "$here/row.awk" -f "$here/table.awk"
}

# distinct_stacks SETTING STACKS PROFILE...: a row: have they, together, as many as tests/bench/paths.h was asked for? But for a
# few: of two releases at the same moment one made nobody wait.
distinct_stacks()
{
	local setting=$1 stacks=$2

	shift 2
	for profile; do
		"$root/build/tests/decode" "$profile"
	done | grep -c ';path_' | sed "s/^/0 $setting /" |
		rows "in the profiles, of $stacks" stacks value "$setting>=$((stacks / 2 * 2 - stacks / 100))"
}
