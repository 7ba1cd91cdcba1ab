# SPDX-License-Identifier: MIT
# Sourced by the live tests. Checks are printed as TAP; everything is written below $work, which goes away.
#
#   is NAME GOT EXPECTED        equal texts             near NAME GOT EXPECTED PERCENT   numbers, relative
#   check NAME COMMAND...       exits with 0            skip NAME REASON                 cannot be checked here
#   profiled RUN PROGRAM...     runs a program preloaded, everything recorded, output to $work/RUN.out and .err;
#                               its profiles are $work/RUN.N.mutex.pb.gz and .block.pb.gz
#   decoded RUN N PROFILE       the text file that tests/decode makes of one of them (N: a number or "last")
#   sum FILE FIELD [STACK [LABELS]]   the count or delay of all samples whose stack and labels match those regular expressions
#   own_mounts SCRIPT           goes on in a namespace whose mounts go away with the script, where that is allowed
#   finish                      the plan, and the end
set -u
ROOT=${ROOT:-$PWD}
BUILD=${BUILD:-$ROOT/build}
LIBCONTEND=${LIBCONTEND:-$BUILD/libcontend.so}
contend=$BUILD/contend
live=$BUILD/tests/live
regions=${CONTEND_REGION_DIR:-/dev/shm}
unset "${!CONTEND_@}" LD_PRELOAD
export CONTEND_REGION_DIR=$regions
export LC_ALL=C
work=$(mktemp -d "${TMPDIR:-/tmp}/contend-live.XXXXXX") || exit 1
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT
made=0
failed=0

result()
{
	made=$((made + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $made - $2"
	[ "$1" = ok ] || printf '%s\n' "$3" | head -n 30 | sed 's/^/#   /'
}

check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then result ok "$name"; else result 'not ok' "$name" "failed: $*
$said"; fi
}

is()
{
	if [ "$2" = "$3" ]; then result ok "$1"; else result 'not ok' "$1" "got $2, expected $3"; fi
}

near()
{
	if awk -v got="$2" -v expected="$3" -v percent="$4" 'BEGIN {
		distance = got - expected
		exit !(got ~ /^[0-9.]+$/ && expected > 0 && distance * distance <= (expected * percent / 100) ^ 2) }'; then
		result ok "$1"
	else
		result 'not ok' "$1" "got $2, expected $3 within $4 %"
	fi
}

at_least()
{
	if [ "${2:-0}" -ge "$3" ] 2>/dev/null; then result ok "$1"; else result 'not ok' "$1" "got $2, expected at least $3"; fi
}

skip()
{
	made=$((made + 1))
	echo "ok $made # SKIP $1: $2"
}

finish()
{
	echo "1..$made"
	[ "$failed" = 0 ] && [ "$made" != 0 ]
	exit
}

own_mounts()
{
	if [ ! "${TEST_HAS_MOUNTS:-}" ] && unshare -m mount -t tmpfs none /mnt 2>/dev/null; then
		rm -rf "$work"
		TEST_HAS_MOUNTS=1 exec unshare -m bash "$1"
	fi
}

# The environment of a profiled program, as words for `env`.
preloaded()
{
	printf '%s\n' "LD_PRELOAD=$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 "CONTEND_OUT=$work/$1.%n"
}

profiled()
{
	local run=$1 variables

	shift
	mapfile -t variables < <(preloaded "$run")
	env "${variables[@]}" "$@" >"$work/$run.out" 2>"$work/$run.err"
}

# In the background, with its process number in $pid; it reads standard input from descriptor 9: `finish_program` closes it.
start_profiled()
{
	local run=$1 variables

	shift
	mapfile -t variables < <(preloaded "$run")
	rm -f "$work/input" && mkfifo "$work/input"
	env "${variables[@]}" "$@" <"$work/input" >"$work/$run.out" 2>"$work/$run.err" 9>&- &
	pid=$!
	exec 9>"$work/input"
}

finish_program()
{
	exec 9>&-
	wait "$pid"
}

# Waits until a command holds, 10 s at most.
await()
{
	local tries

	for ((tries = 0; tries < 1000; tries++)); do
		"$@" && return 0
		sleep 0.01
	done
	return 1
}

says()
{
	grep -q "$2" "$1"
}

# The number of the last dump of a run; nothing if there is none.
last_dump()
{
	local file numbers=()

	for file in "$work/$1".*.block.pb.gz "$work/$1".*.mutex.pb.gz; do
		[ -e "$file" ] || continue
		file=${file#"$work/$1".}
		numbers+=("${file%%.*}")
	done
	printf '%s\n' "${numbers[@]}" | sort -n | tail -n 1
}

first_dump()
{
	local file numbers=()

	for file in "$work/$1".*.block.pb.gz; do
		[ -e "$file" ] || continue
		file=${file#"$work/$1".}
		numbers+=("${file%%.*}")
	done
	printf '%s\n' "${numbers[@]}" | sort -n | head -n 1
}

# PROGRAM COPY: the copy has other bytes in some places of its debug information; which, $RANDOM tells.
damage_debug_information()
{
	local offset bytes i
	cp "$1" "$2"
	readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] \(\.debug_[a-z_]*\) *PROGBITS *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/\2 \3/p' |
		while read -r offset bytes; do
			for ((i = 0; i < 6; i++)); do
				printf "\\x$(printf %02x $((RANDOM % 256)))" | dd of="$2" bs=1 conv=notrunc status=none \
					seek=$((16#$offset + RANDOM % 16#$bytes))
			done
		done
}

# Is dump NUMBER of a run there (any, by default)? A file that is there is whole.
has_dump()
{
	local number=${2:-$(last_dump "$1")}

	[ -e "$work/$1.$number.mutex.pb.gz" ] && [ -e "$work/$1.$number.block.pb.gz" ]
}

decoded()
{
	local number=$2 base

	[ "$number" = last ] && number=$(last_dump "$1")
	base=$work/$1.$number.$3
	"$BUILD/tests/decode" "$base.pb.gz" >"$base.txt" || echo "# no profile" >"$base.txt"
	echo "$base.txt"
}

sum()
{
	awk -F '\t' -v field="$2" -v stack="${3:-}" -v labels="${4:-}" '
		!/^#/ && $4 ~ stack && $3 ~ labels { count += $1; delay += $2 }
		END { printf "%.0f\n", field == "count" ? count : delay }' "$1"
}

pprof()
{
	go tool pprof "$@"
}
