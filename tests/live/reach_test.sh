#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# What can be reached, and what cannot, as README.md says: plug-ins bound to their own symbols or all at once are seen; those
# opened with RTLD_DEEPBIND or in a namespace of their own are not, nor are static programs. All of them run as without us.
. "${ROOT:-$PWD}/tests/live/common.sh"

# NAME RUN WAITS [VARIABLE=VALUE] WAY: how many waits of the plug-in are seen; that of the program always is.
runs()
{
	local name=$1 run=$2 waits=$3 block

	shift 3
	check "$name: the program ends well" profiled "$run" env "${@:1:$#-1}" "$reach" "${@: -1}"
	block=$(decoded "$run" last block)
	is "$name: the wait of the program is seen" "$(sum "$block" count '^pthread_mutex_lock;wait_in_program;')" 1
	is "$name: of the plug-in" "$(sum "$block" count ';wait_in_plugin;')" "$waits"
}

reach=$live/reach
runs 'a plug-in as usual' usual 1 bind
runs 'bound at once' at_once 1 LD_BIND_NOW=1 bind
runs 'opened with RTLD_DEEPBIND' deep 0 deep
runs 'in a namespace of its own' namespace 0 namespace

# Beside the program is the plug-in that it finds.
mkdir "$work/symbolic"
cp "$reach" "$work/symbolic/reach"
check 'a plug-in bound to itself is built' gcc -O2 -g -shared -fPIC -Wl,-Bsymbolic -Wl,-z,now -o "$work/symbolic/reach_plugin.so" \
	"$ROOT/tests/live/reach_plugin.c"
reach=$work/symbolic/reach
runs 'bound to its own symbols' symbolic 1 bind
cd "$work/symbolic" || exit 1
runs 'found by a path that begins where the program does' relative 1 LD_LIBRARY_PATH=. bind
check 'its profile names the file' grep -q "^# mapping .* $work/symbolic/reach_plugin.so\$" "$(decoded relative last block)"
cd "$work" || exit 1

# NAME PROGRAM: runs as bare, and no profile tells of it.
unseen()
{
	local bare

	bare=$("$2" 2>&1)
	is "$1: it runs bare" $? 0
	check "$1: it ends well" profiled "$1" "$2"
	is "$1: its output is its own" "$(cat "$work/$1.out" "$work/$1.err")" "$bare"
	is "$1: no profile" "$(find "$work" -name "$1.*.pb.gz")" ''
}

cat >"$work/static.c" <<'C'
#include <stdio.h>
#include <unistd.h>
int main(void) { usleep(30000); puts("static"); return 0; }
C
check 'a static program is built' gcc -static -o "$work/static" "$work/static.c"
unseen static "$work/static"
cat >"$work/pure.go" <<'GO'
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	var mutex sync.Mutex
	mutex.Lock()
	go func() { time.Sleep(30 * time.Millisecond); mutex.Unlock() }()
	mutex.Lock()
	fmt.Println("pure Go")
}
GO
check 'a program of Go alone is built' env CGO_ENABLED=0 GOCACHE="$BUILD/go-cache" GO111MODULE=off go build -o "$work/pure" "$work/pure.go"
unseen pure "$work/pure"
says_why()
{
	"$contend" run --summary -o "$work/why.%n" -- "$1" >"$work/why.out" 2>"$work/why.err"
	check "contend run says that $1 may not be one that can be profiled" says "$work/why.err" 'static or set-uid'
}
says_why "$work/static"
finish
