# SPDX-License-Identifier: MIT
# Sourced by the scripts here.
#
#   $stress                    the program of all storms
#   $everything                the variables of a run that records all there is
#   tally DIRECTORY            what the last block profiles of all processes in there hold, as tally.awk prints it
#   differences DIRECTORY      what compare.awk says of them; needs $run/ledger, leaves $run/tally
. "${ROOT:-$PWD}/tests/tap.sh"
cd "$TMPDIR" || exit 1
region_directory=$CONTEND_REGION_DIR
unset "${!CONTEND_@}"
export CONTEND_REGION_DIR=$region_directory
stress=$BUILD/tests/stress/stress
everything=(CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1)
estimated=0

tally()
{
	find "$1" -name '*.block.pb.gz' -print0 | sort -zV | xargs -0r "$BUILD/tests/decode" |
		awk -f "$ROOT/tests/stress/tally.awk"
}

differences()
{
	tally "$1" >"$run/tally"
	awk -v estimated="$estimated" -f "$ROOT/tests/stress/compare.awk" "$run/ledger" "$run/tally"
}
