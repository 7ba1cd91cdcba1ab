#!/bin/bash
# SPDX-License-Identifier: MIT
# leaves: what ends with its namespace cannot always clean up
# Goal: as process 1 of a namespace, as in a container, whose signals have no default action: programs run as without us, the
# dump signal works, two such processes do not write over each other's profiles.
. "$ROOT/tests/hazard/common.sh"

# as_first COMMAND...: as process 1 of a new namespace with its own /proc.
as_first()
{
	if [ "$(id -u)" = 0 ]; then unshare -pf --mount-proc "$@"; else unshare -rpf --mount-proc "$@"; fi
}

as_first true 2>/dev/null || { echo 'no privilege to make a namespace'; exit 77; }
for name in program_defines_lock fork_storm exec_chain signal_waiters; do
	same "$name as process 1" as_first "$hazard/$name"
done
same 'a shell with children as process 1' as_first sh -c 'echo $$; (echo child; exit 3); echo $?; seq 5 | tail -n 1'
mkdir "$TMPDIR/volume"

# Containers that share a volume for profiles and one for regions, at the same time.
containers=4
for ((i = 0; i < containers; i++)); do
	(export "${everything[@]}" CONTEND_OUT="$TMPDIR/volume/%e.%p.%n" && as_first "$hazard/program_defines_lock") >/dev/null &
done
wait
for kind in mutex block; do
	is "processes with the same number keep their profiles apart: $kind" \
		"$(find "$TMPDIR/volume" -name "program_defines_lock.1.*.$kind.pb.gz" | wc -l)" $containers
done
none 'nothing else is there' "$(ls -A "$TMPDIR/volume" | grep -vE '^(program_defines_lock\.1|unshare\.[0-9]+)\.[0-9]+\.(mutex|block)\.pb\.gz$')"
for profile in "$TMPDIR"/volume/*.pb.gz; do
	check "${profile##*/} is whole" "$BUILD/tests/decode" "$profile"
done

# The signal from outside of the namespace: process 1 has no default action for it, but our handler.
mkfifo "$TMPDIR/input"
(export "${everything[@]}" CONTEND_OUT="$TMPDIR/volume/asked.%n" && as_first "$BUILD/tests/live/contend_until") \
	<"$TMPDIR/input" >"$said" 2>&1 &
outer=$!
exec 9>"$TMPDIR/input"
await()
{
	local tries

	for ((tries = 0; tries < 500; tries++)); do
		"$@" && return
		sleep 0.02
	done
	return 1
}
check 'a program is process 1' await grep -q ready "$said"
first=$(pgrep -P $outer -f contend_until || pgrep -P "$(pgrep -P $outer)")
kill -USR2 "$first"
check 'it dumps when it is asked' await test -e "$TMPDIR/volume/asked.0.block.pb.gz"
check 'and runs on' kill -0 "$first"
exec 9>&-
wait $outer
is 'to its end' $? 7
finish
