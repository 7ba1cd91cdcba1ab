#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 240
# leaves: removing the region is one of the calls that fail
# Goal: each system call that the library makes at its start and at the end of the program fails once, alone, and so do all of
# one name: the program says and returns what it does without us, at most one line is said, and a profile that is there is whole.
. "$ROOT/tests/hazard/common.sh"
program=$hazard/startup_failures
command -v strace >/dev/null || { echo 'strace is not installed'; exit 77; }
out=$TMPDIR/profiles
settings=("${everything[@]}" CONTEND_OUT="$out/%n")

# traced OPTION...: the first thread only, so that numbers of calls are its own, and are the same in each run.
traced()
{
	rm -rf "$out" && mkdir "$out"
	setarch -R strace -i "${settings[@]/#/-E}" -o "$TMPDIR/trace" "$@" "$program" >"$TMPDIR/out" 2>"$TMPDIR/err"
}

# Of a trace with addresses: "NAME NUMBER" of each call that is ours, made from our code or in our name by libc; the rest are
# the loader's and the program's. Ours: from our first call to the program's first, and from its last to its end.
ours()
{
	awk '
		{ sub(/^[^[]*\[/, ""); address = $1; sub(/\]$/, "", address); address = strtonum("0x" address) }
		match($0, /\] [a-z_0-9]+\(/) { name = substr($0, RSTART + 2, RLENGTH - 3) }
		{ number[name]++ }
		/libcontend\.so/ && name == "openat" { is_next = 1 }
		is_next && name == "mmap" { low = strtonum($NF); split($0, field, ", "); high = low + field[2]; is_next = 0 }
		address >= low && address < high && part == 0 { part = 1 }
		name == "getppid" { part = part == 1 ? 2 : 3; next }
		name ~ /^(execve|exit|exit_group|get[a-z]*id|uname|clock_gettime)$/ { next } # they cannot fail
		name == "futex" { next } # how many the program itself makes is chance
		(part == 1 || part == 3) || (address >= low && address < high) { print name, number[name] }' "$1" | sort -k 1,1 -k 2,2n
}

# fails CALL WHEN ERROR: with this injected, all is as it was.
fails()
{
	local status faults= file

	traced -e inject="$1:error=$3:when=$2"
	status=$?
	[ $status = 3 ] || faults+="exit status $status; "
	[ "$(cat "$TMPDIR/out")" = 'two threads' ] || faults+="it said $(cat "$TMPDIR/out"); "
	[ "$(grep -vc '^contend: ' "$TMPDIR/err")" = 0 ] && [ "$(wc -l <"$TMPDIR/err")" -le 1 ] || faults+="$(cat "$TMPDIR/err"); "
	for file in "$out"/*.pb.gz; do
		[ ! -e "$file" ] || "$BUILD/tests/decode" "$file" >/dev/null || faults+="$file is not whole; "
	done
	injected=$((injected + $(grep -c INJECTED "$TMPDIR/trace")))
	none "$1 $2 fails: $3" "$faults"
}

bare=$("$program")
is 'it runs bare' $? 3
is 'and says' "$bare" 'two threads'
traced -e trace=all
is 'it runs traced' $? 3
ours "$TMPDIR/trace" >"$TMPDIR/calls"
at_least 'calls of ours were found' "$(wc -l <"$TMPDIR/calls")" 50

injected=0
planned=0
while read -r call number; do
	planned=$((planned + 1))
	error=EPERM
	[[ $call =~ ^(mmap|fallocate|ftruncate|madvise)$ ]] && error=ENOMEM
	fails "$call" "$number" $error
done <"$TMPDIR/calls"
note "$injected of $planned failures came"
at_least 'most failures came to pass' $((injected * 4)) $((planned * 3)) # a dump allocates now more, now less

# From our first on all of a name, where the program itself needs none.
for call in openat fstat fstatfs ftruncate fallocate mkdirat readlinkat getcwd getrandom pread64 linkat unlinkat prlimit64; do
	fails $call "$(awk -v call=$call '$1 == call { print $2; exit }' "$TMPDIR/calls")+" ENOSYS
done
finish
