#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# The dump signal in runtimes that handle signals themselves: Python and node leave ours alone, and dump; Go takes it for itself, so
# that nothing is dumped and nothing harmed. (Java aborts by it, bare too: live/programs/java turns it off.)
. "${ROOT:-$PWD}/tests/live/common.sh"

# NAME PROGRAM...: gets the signal when it has said "ready"; reads standard input to its end, and ends with 9.
is_signalled()
{
	local name=$1

	shift
	command -v "$1" >/dev/null || { skip "$name" "$1 is not installed"; return 1; }
	start_profiled "$name" "$@"
	check "$name is ready" await says "$work/$name.out" ready
	kill -USR2 "$pid"
}

ends_well()
{
	finish_program
	is "$1 ends as it should" $? 9
	is "$1 complains of nothing" "$(cat "$work/$1.err")" ''
}

is_signalled python python3 -c '
import sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
sys.exit(9)' && {
	check 'python dumps' await has_dump python
	ends_well python
}
is_signalled node node -e '
setInterval(() => {}, 5)
process.stdin.resume()
process.stdin.on("end", () => process.exit(9))
console.log("ready")' && {
	check 'node dumps' await has_dump node
	ends_well node
}

cat >"$work/own.go" <<'GO'
package main

// #include <unistd.h>
import "C"

import (
	"fmt"
	"io"
	"os"
)

func main() {
	C.usleep(1000)
	fmt.Println("ready")
	io.ReadAll(os.Stdin)
	os.Exit(9)
}
GO
check 'a Go program with C is compiled' env GOCACHE="$BUILD/go-cache" GO111MODULE=off go build -o "$work/own" "$work/own.go"
is_signalled own "$work/own" && {
	ends_well own
	is 'Go keeps the signal' "$(find "$work" -name 'own.*.pb.gz')" ''
	"$contend" dump -o "$work/own.%n" "$pid" >/dev/null 2>"$work/dump.err"
	check 'the tool has the waits of a Go program all the same' has_dump own
}
finish
