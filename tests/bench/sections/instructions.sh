# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Instructions per uncontended pair, libc's included. How many of them are ours is in tests/bench/instructions.txt.
in_setting bare "$bench/instructions" libc.so.6 >bare
in_setting off "$bench/instructions" libcontend.so >off
in_setting defaults CONTEND_BLOCK_RATE=86400s "$bench/instructions" libcontend.so >defaults # stepping takes long, waits need not
while read -r name _; do
	awk -v name="$name" '$1 == name { print 0, FILENAME, $2 + $3 }' bare off defaults | rows "$name pair" instructions difference
done <bare
