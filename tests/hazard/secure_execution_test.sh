#!/bin/bash
# SPDX-License-Identifier: MIT
# leaves: it must leave nothing, and checks that itself
# Goal: a set-uid program run by another user runs as without us, even where the system's administrator preloads us into
# everything; it reads none of our variables and writes nothing where they say.
. "$ROOT/tests/hazard/common.sh"
[ "$(id -u)" = 0 ] || { echo 'only root can make a set-uid program of another user'; exit 77; }

home=$(mktemp -d /var/tmp/contend-secure.XXXXXX) || exit 1
trap 'rm -rf "$home"' EXIT
chmod 755 "$home"
cp "$hazard/program_defines_lock" "$home/program"
cp "$LIBCONTEND" "$home/libcontend.so"
chmod 4755 "$home/program"
mkdir -m 777 "$home/out" "$home/regions"

as_nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups env CONTEND_OUT="$home/out/%e.%p.%n" \
		CONTEND_REGION_DIR="$home/regions" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_VERBOSE=1 "$@"
}

bare=$(as_nobody "$home/program")
is 'it runs bare' $? 0
preloaded=$(as_nobody env LD_PRELOAD="$home/libcontend.so" "$home/program" 2>"$said")
is 'it runs with our name in the environment' $? 0
is 'and prints the same' "$preloaded" "$bare"
if mount --version >/dev/null && unshare -m sh -c 'mount -t tmpfs none /mnt' 2>/dev/null; then
	# The administrator's way: the loader maps us into set-uid programs too.
	system_wide()
	{
		unshare -m sh -c '
			echo "$1/libcontend.so" >"$1/ld.so.preload"
			touch /etc/ld.so.preload && mount --bind "$1/ld.so.preload" /etc/ld.so.preload || exit 99
			shift; "$@"' sh "$home" "$@"
	}
	[ -e /etc/ld.so.preload ] || added=1
	preloaded=$(system_wide setpriv --reuid=65534 --regid=65534 --clear-groups env CONTEND_OUT="$home/out/secure.%e.%p.%n" \
		CONTEND_REGION_DIR="$home/regions" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 "$home/program" 2>"$said")
	is 'it runs where everything is preloaded' $? 0
	is 'and prints the same there' "$preloaded" "$bare"
	[ "${added:-}" ] && rm -f /etc/ld.so.preload
	none 'it wrote no profile' "$(ls "$home/out" | grep -F .program.)"
else
	skip 'preloaded by the system' 'no privilege to mount'
fi
none 'regions: nothing of it is left' "$(find "$home/regions" -type f)"
finish
