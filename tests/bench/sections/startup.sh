# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run.sh's variables
# From posix_spawn to the end of a program that does nothing.
"$bench/startup" "$library" $((runs * 20)) | awk '{ print NR, "bare", $1; print NR, "defaults", $2 }' |
	rows '/bin/true' us difference 'defaults<=1500'
