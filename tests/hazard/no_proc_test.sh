#!/bin/bash
# SPDX-License-Identifier: MIT
# Goal: in a root directory with the program, its libraries and us, but no /proc, no /dev, no /tmp, programs run as without us.
. "$ROOT/tests/hazard/common.sh"
cage=$TMPDIR/cage
mkdir "$cage"

# copies what a program needs to the same paths in the cage.
cage_with()
{
	local file

	for file in "$1" $(ldd "$1" | grep -o '/[^ ]*' | sort -u); do
		mkdir -p "$cage/${file%/*}" && cp -L "$file" "$cage$file"
	done
}

caged()
{
	privileged chroot "$cage" /usr/bin/env -i "$@"
}

cage_with "$LIBCONTEND"
cage_with /usr/bin/env
if ! caged /usr/bin/env >/dev/null; then
	echo 'no privilege to change the root'
	exit 77
fi
for name in program_defines_lock mutex_unrecoverable c11_threads_only startup_preinit; do
	cage_with "$hazard/$name"
	bare=$(caged "$hazard/$name")
	is "$name runs bare" $? 0
	preloaded=$(caged LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 "$hazard/$name" 2>"$said")
	is "$name runs preloaded" $? 0
	is "$name prints the same" "$preloaded" "$bare"
	at_most 'and at most one line is said' "$(wc -l <"$said")" 1
	note "$(cat "$said")"
done
finish
