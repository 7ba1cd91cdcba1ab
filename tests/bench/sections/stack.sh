# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# What a frame costs our walk, beside others on the same stacks: forty functions, half of the stacks with frame pointers.
per='ns per stack, +([0-9]+) frames, +([0-9.]+) ns per frame'
"$bench/stack" | sed -nE "s/^([a-z]+) +depth +([0-9]+) +(.*[^ ]) +[0-9]+ $per$/\1|\2|\3|\5/p" >lines
while IFS='|' read -r set depth walk ns; do
	[ "$walk" = 'ours, warm' ] && limit='alone<=6' || limit=
	echo "0 alone $ns" | at="$depth frames" rows "one frame, $walk; $set" ns value "$limit"
done <lines
