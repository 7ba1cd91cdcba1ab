# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# Four threads and one mutex.
turns=$("$bench/contended" calibrate)
by_turns "$bench/contended" "$turns" "$(scaled 400)" >lines
at='4 threads' rows '1 us in, 1 us out' sections/s ratio 'defaults>=0.97 everything>=0.90' <lines
at='4 threads' rows 'share of the slowest' 'of a fair one' difference '' 2 <lines
