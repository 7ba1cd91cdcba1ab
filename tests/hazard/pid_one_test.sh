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
for i in 1 2; do
	(export "${everything[@]}" CONTEND_OUT="$TMPDIR/volume/%e.%p.%n" && as_first "$hazard/program_defines_lock") >/dev/null
done
at_least 'two processes with number 1 keep their profiles apart' "$(ls "$TMPDIR/volume" | grep -c 'program_defines_lock.*block')" 2
finish
