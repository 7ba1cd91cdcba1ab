#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# alone: waits are compared with the program's own clock
# Every call that only waits: stacks, kinds, descriptors, counts and delays.
. "${ROOT:-$PWD}/tests/live/families.sh"

check_families waits_O2 waits.c gcc -std=gnu17 -O2
check_families waits_clang waits.c clang -std=gnu17 -O0

# A function that is missing would not be noticed above.
is 'every function that only waits was called' \
	"$(sed -n 's/^\(WAITS\|WAITS_ALONE\|CALLS\)([^,]*, \([a-z0-9_]*\),.*/\2/p' "$ROOT/tests/live/waits.def" | sort -u)" \
	"$(sed -n 's/^WAITING([^,]*, \([a-z0-9_]*\),.*/\1/p' "$ROOT/interpose/waits.def" | sort -u)"
is 'waits of every kind were there' "$(cut -f 3 "$work/waits_O2.out" | cut -d , -f 1 | sort -u)" \
	"$(grep -wFf <(grep -o 'WAIT_[A-Z_]*' "$ROOT/interpose/waits.def") "$ROOT/sampling/wait_kinds.def" |
		sed -n 's/^WAIT_KIND([^"]*"\([^"]*\)".*/\1/p' | sort -u)"

# The views that leave idle waits out. tagged NAME PRESENT ABSENT ARGUMENT...: functions that the view has, and has not.
profile=$work/waits_O2.$(last_dump waits_O2).block.pb.gz
tagged()
{
	local name=$1 present=$2 absent=$3

	shift 3
	HOME=$work pprof -top -nodecount=0 -nodefraction=0 "$@" "$profile" >"$work/view" 2>"$work/view.err"
	check "$name: shows $present" grep -q " $present\$" "$work/view"
	is "$name: not $absent" "$(grep -c " $absent\$" "$work/view")" 0
	is "$name: no warning" "$(cat "$work/view.err")" ''
}

tagged '-tagignore=kind' wait_read_pipe wait_epoll_wait -tagignore=kind=epoll
tagged '-tagignore=kind, several' wait_read_pipe 'wait_\(epoll_wait\|poll_pipe\|ppoll\|select\|accept\|sleep\|nanosleep\)' \
	-tagignore='kind=(epoll|poll|select|accept|sleep|cond)'
tagged '-tagfocus=fd' wait_recv wait_read_pipe -tagfocus=fd=socket
tagged '-tagfocus=kind' wait_read_pipe wait_recv -tagfocus=kind=read
tagged '-tagroot' socket nobody -tagroot=kind,fd
tagged '-tagleaf' eventfd nobody -tagleaf=fd
finish
