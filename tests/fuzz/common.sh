# SPDX-License-Identifier: MIT
# Sourced by the scripts of this directory.
#
#   readers                     the names of the fuzzed readers
#   fuzz READER OPTION...       runs one with its corpus and our limits; options and further corpora are its own
#   statistic NAME FILE         what it said about itself in the end (with -print_final_stats=1)
ROOT=${ROOT:-$PWD}
BUILD=${BUILD:-$ROOT/build}

readers()
{
	local program

	for program in "$ROOT"/tests/fuzz/*_fuzz.c; do
		program=${program##*/}
		echo "${program%_fuzz.c}"
	done
}

# Memory: of the sanitizers, too, which keep what was freed for a while.
fuzz()
{
	local reader=$1

	shift
	"$BUILD/fuzz/tests/fuzz/${reader}_fuzz" -dict="$ROOT/tests/fuzz/names.dict" -max_len=16384 -timeout=20 \
		-rss_limit_mb=2048 -malloc_limit_mb=1024 -print_final_stats=1 "$@" "$ROOT/tests/fuzz/corpus/$reader"
}

statistic()
{
	sed -n "s/^stat::$1: *//p" "$2"
}
