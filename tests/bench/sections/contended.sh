# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# One mutex, and threads that have as much to do inside as outside: how much they do, and how much of it the slowest one does.
turns_per_us=$("$bench/contended" calibrate)

contend()
{
	local words=$1 tenths_of_us=$2 threads=$3 limits=

	[ "$words, $threads" = '1 us, 4' ] && limits='defaults>=0.97 everything>=0.90'
	by_turns "$bench/contended" $((turns_per_us * tenths_of_us / 10)) "$threads" "$(scaled 200)" >lines
	at="$threads threads" rows "$words in, $words out" sections/s ratio "$limits" <lines
	at="$threads threads" rows "slowest thread, $words in, $words out" 'of a fair share' difference '' 2 <lines
}

for threads in 2 4 16 64; do
	contend '0.1 us' 1 $threads
	contend '1 us' 10 $threads
	contend '10 us' 100 $threads
done
