# SPDX-License-Identifier: MIT
# Sourced by the tests here; brings what the live tests share. Each test runs one program from Debian in three ways: `bare`,
# `all` (preloaded, everything recorded), `defaults` (preloaded, nothing set). Its clients must be told the same in all three.
#
#   needs PROGRAM...        ends the test as skipped if one of them is missing
#   unprivileged USER, answers PORT, free_port   tests/servers.sh says
#   every_way FUNCTION      calls it three times, with $way, an empty directory $here, and $port, which is free; the function
#                           leaves in $here/answers what the clients were told
#   start PROGRAM...        this way's program, in the background: process $server, output to $here/out and $here/err
#   is_ended STATUS         waits for its end, and checks how it ended
#   stop SIGNAL [STATUS]    ends it before
#   exchange PORT           sends standard input there, prints all that comes back until the other side closes
#   profiled_well PROGRAM PROCESSES   after a preloaded way: so many processes at least wrote profiles that can be read,
#                           nothing was lost, nothing else was written
#   compiles_itself         said before: stacks may end early
#   text PROFILE [PROGRAM]  the file with the samples of all those profiles, for `sum`
#   shows_kind KIND [STACK [LEAST]]   where all is recorded, the block profile has waits of that kind with such a stack
#   shows_holder STACK [LEAST]        and the mutex profile charges such a stack
. "${ROOT:-$PWD}/tests/live/common.sh"
. "$ROOT/tests/servers.sh"

# Debian's programs, and no others of the same name.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
server=
settings=() # more variables of a preloaded program
may_lose=   # what its profiles may say of losses, a regular expression
few_wakes='[0-9]{1,2} waits or wakes that the profile wake goes without: too many at a time' # neither of mutex nor of block
everything=(CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_SPIN=1 CONTEND_SEM_AS_LOCK=1 CONTEND_WAKERS=1)
trap '[ "$server" ] && kill -KILL "$server" 2>/dev/null; [ "${KEEP:-}" ] || rm -rf "$work"' EXIT

needs()
{
	local program

	for program in "$@"; do
		command -v "$program" >/dev/null || { echo "$program is not installed"; exit 77; }
	done
}

every_way()
{
	for way in bare all defaults; do
		here=$work/$way
		port=$(free_port)
		mkdir -m 1777 "$here" "$here/profiles"
		chmod 1777 "$here" "$here/profiles"
		"$@"
		[ $way = bare ] && continue
		at_least "$way: there are answers to compare" "$(wc -c <"$work/bare/answers")" 1
		check "$way: the same answers" diff -a "$work/bare/answers" "$here/answers"
		is "$way: nothing is said of the profiler" "$(grep -a '^contend: ' "$here/out" "$here/err")" ''
	done
}

# The environment of this way's program, as words for `env`.
environment()
{
	[ $way = bare ] && return
	printf '%s\n' "LD_PRELOAD=$LIBCONTEND" "CONTEND_OUT=$here/profiles/%e.%p.%n" "${settings[@]}"
	[ $way = defaults ] || printf '%s\n' "${everything[@]}"
}
# Code that a program makes while it runs tells nobody how to unwind its stacks.
compiles_itself()
{
	may_lose='[0-9]+ stacks that ended at code without usable unwind information'
}

start()
{
	local variables

	mapfile -t variables < <(environment)
	"${user[@]}" env "${variables[@]}" "$@" >"$here/out" 2>"$here/err" </dev/null &
	server=$!
}

is_ended()
{
	wait "$server"
	is "$way: it ends as it should" $? "$1"
	server=
}

stop()
{
	kill "-$1" "$server"
	is_ended "${2:-0}"
}

exchange()
{
	local reader

	exec 3<>"/dev/tcp/127.0.0.1/$1" || return
	timeout 20 cat <&3 &
	reader=$!
	cat >&3
	wait $reader
	exec 3>&-
}

profiles()
{
	find "$here/profiles" -name "${2:-*}.*.$1.pb.gz" | sort
}

text()
{
	local file=$here/$1.${2:-all}.txt profile

	[ -e "$file" ] || for profile in $(profiles "$1" "${2:-*}"); do
		"$BUILD/tests/decode" "$profile"
	done >"$file"
	echo "$file"
}

regions_left()
{
	find "$CONTEND_REGION_DIR" -path '*/contend-[0-9]*' -type f
}

# Orphans may still be about to end.
no_region()
{
	[ -z "$(regions_left)" ]
}

losses()
{
	sed -n 's/^# comment # lost: //p' "$(text "$1" "$2")"
}

profiled_well()
{
	local program=$1 profile files

	[ $way = bare ] && return
	await no_region
	is "$way: no region is left" "$(regions_left)" ''
	is "$way: nothing but profiles is written" "$(find "$here/profiles" -type f ! -name '*.pb.gz')" ''
	for profile in mutex block; do
		at_least "$way: $program has written $profile profiles" "$(profiles $profile "$program" | wc -l)" "$2"
		mapfile -t files < <(profiles $profile "$program")
		[ ${#files[@]} = 0 ] && continue
		check "$way: pprof reads the $profile profiles" pprof -top -nodecount=500 -output "$here/$profile.top" "${files[@]}"
		at_least "$way: each $profile profile tells of its losses" "$(losses $profile "$program" | wc -l)" ${#files[@]}
		is "$way: and that there is none" "$(losses $profile "$program" | grep -vxE "(nothing|$few_wakes${may_lose:+|$may_lose})")" ''
	done
}

shows_holder()
{
	[ $way = all ] || return 0
	at_least "$1 is in the mutex profile" "$(sum "$(text mutex)" count "$1")" "${2:-1}"
}

shows_kind()
{
	[ $way = all ] || return 0
	at_least "$1${2:+ below $2} is in the block profile" "$(sum "$(text block)" count "${2:-}" "kind=$1(\$|[^a-z-])")" "${3:-1}"
}
