# SPDX-License-Identifier: MIT
# tap.sh: sourced by test scripts; checks are printed as TAP.
#
#   is NAME GOT EXPECTED      equal texts              none NAME TEXT         the text is empty (it says what is wrong)
#   check NAME COMMAND...     exits with 0             refuse NAME COMMAND... does not
#   at_least NAME GOT LEAST   whole numbers            at_most NAME GOT MOST
#   skip NAME REASON          cannot be checked here   note TEXT              said beside the checks
#   finish                    the plan, and the end
#
# From the runner: ROOT, BUILD, LIBCONTEND, TMPDIR (empty, goes away), CONTEND_OUT and CONTEND_REGION_DIR below directories
# of this test alone.
set -u
export LC_ALL=C
made=0
failed=0

result()
{
	made=$((made + 1))
	echo "$1 $made - ${2:0:200}"
	[ "$1" = ok ] && return
	failed=$((failed + 1))
	printf '%s\n' "$3" | head -n 40 | cut -c 1-300 | sed 's/^/#   /'
}

is()
{
	if [ "$2" = "$3" ]; then result ok "$1"; else result 'not ok' "$1" "got $2, expected $3"; fi
}

none()
{
	if [ -z "$2" ]; then result ok "$1"; else result 'not ok' "$1" "$2"; fi
}

check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then result ok "$name"; else result 'not ok' "$name" "exit status $?: $*
$said"; fi
}

refuse()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then result 'not ok' "$name" "succeeded: $*
$said"; else result ok "$name"; fi
}

at_least()
{
	if [ "$2" -ge "$3" ] 2>/dev/null; then result ok "$1"; else result 'not ok' "$1" "got $2, expected at least $3"; fi
}

at_most()
{
	if [ "$2" -le "$3" ] 2>/dev/null; then result ok "$1"; else result 'not ok' "$1" "got $2, expected at most $3"; fi
}

skip()
{
	made=$((made + 1))
	echo "ok $made # SKIP $1: $2"
}

note()
{
	echo "# $*"
}

finish()
{
	echo "1..$made"
	[ "$failed" = 0 ] && [ "$made" -gt 0 ]
	exit
}
