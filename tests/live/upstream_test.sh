#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 90
# Profiles of every origin are what pprof's own package and its strictest consumers take; those of one process never shrink.
. "${ROOT:-$PWD}/tests/live/common.sh"
. "$ROOT/tests/live/serve.sh"

# pprof's package as Go's own tools have it.
build_checker()
{
	local package=github.com/google/pprof

	mkdir -p "$work/go/src/${package%/*}"
	ln -s "$(go env GOROOT)/src/cmd/vendor/$package" "$work/go/src/$package"
	GOPATH=$work/go GO111MODULE=off GOCACHE=$BUILD/go-cache go build -o "$work/upstream" "$ROOT/tests/live/upstream.go"
}

not()
{
	! "$@"
}

# NAME FILE...: of one kind and one process, in the order of their making.
suits()
{
	local name=$1

	shift
	check "$name" "$work/upstream" "$@"
}

check 'the checker is built' build_checker

start_profiled own "$live/contend_until"
check 'the program is ready' await says "$work/own.out" ready
for ((i = 0; i < 3; i++)); do
	kill -USR2 $pid
	check "dump $i of its own" await has_dump own $i
	check "dump $i of the command" "$contend" dump -o "$work/tool.$i" $pid
done
check 'what happened in a second' "$contend" dump --seconds 1 -o "$work/second" $pid
check 'what happened since the start' "$contend" dump --delta -o "$work/delta.0" $pid
check 'what happened since then' "$contend" dump --delta -o "$work/delta.1" $pid
start_server --listen 127.0.0.1:0 $pid
for profile in mutex block; do
	is "$profile from the server" "$(get /debug/pprof/$profile)" 200
	mv "$work/body" "$work/served.$profile.pb.gz"
	is "$profile of a second from the server" "$(get "/debug/pprof/$profile?seconds=1")" 200
	mv "$work/body" "$work/served_second.$profile.pb.gz"
done
stop_server
kill -KILL $pid
finish_program 2>"$work/killed"
check 'what it left' "$contend" dump -o "$work/left" $pid

for profile in mutex block; do
	check "lines are added to its $profile profile" "$contend" symbolize -o "$work/lines.$profile.pb.gz" "$work/own.0.$profile.pb.gz"
	suits "$profile of its own" "$work"/own.{0,1,2}.$profile.pb.gz
	suits "$profile of the command, and what was left" "$work"/tool.{0,1,2}.$profile.pb.gz "$work/left.$profile.pb.gz"
	suits "$profile with lines" "$work/lines.$profile.pb.gz"
	suits "$profile from the server, and what was left" "$work/served.$profile.pb.gz" "$work/left.$profile.pb.gz"
	for part in second delta.0 delta.1 served_second; do
		suits "$profile: $part" "$work/$part.$profile.pb.gz"
	done
	check "(less is noticed: $profile)" not "$work/upstream" "$work"/tool.{2,0}.$profile.pb.gz
done
finish
