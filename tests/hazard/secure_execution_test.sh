#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# Goal: a program that gains rights by being executed (set-uid, set-gid, file capabilities), run by another user, runs as without
# us, even where the system's administrator preloads us into everything: it reads none of our variables, says nothing, keeps its
# environment, and has neither region nor profile. The same program without such rights has them all.
. "$ROOT/tests/hazard/common.sh"
[ "$(id -u)" = 0 ] || { echo 'only root can make a set-uid program of another user'; exit 77; }

home=$(mktemp -d /var/tmp/contend-secure.XXXXXX) || exit 1
trap 'rm -rf "$home"' EXIT
chmod 755 "$home"
cp "$LIBCONTEND" "$home/libcontend.so"
mkdir -m 777 "$home/out"

as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups env -i CONTEND_OUT="$home/out/%e.%p.%n" CONTEND_FRACTION=1
	CONTEND_REGION_DIR="$CONTEND_REGION_DIR" CONTEND_BLOCK_RATE=1 CONTEND_VERBOSE=1 CONTEND_DEPTH=bad)

# The administrator's way: the loader maps us into programs that gain rights, too.
system_wide()
{
	unshare -m sh -c '
		echo "$1/libcontend.so" >"$1/ld.so.preload"
		mount --bind "$1/ld.so.preload" /etc/ld.so.preload || exit 99
		shift; "$@"' sh "$home" "$@"
}

give()
{
	chmod 755 "$2"
	case $1 in
	set-uid) chmod 4755 "$2" ;;
	set-gid) chmod 2755 "$2" ;;
	capabilities) setcap cap_net_bind_service+ep "$2" ;;
	esac
}

# What lies in the directories while the program waits for input, and after its end; its output, and what it said.
observe()
{
	rm -rf "$home/out"/* "$CONTEND_REGION_DIR"/*
	rm -f "$home/input" && mkfifo -m 666 "$home/input"
	"$@" "$home/program" wait read <"$home/input" >"$home/program.out" 2>"$said" &
	exec 9>"$home/input"
	for ((tries = 0; tries < 1000; tries++)); do
		grep -q wait "$home/program.out" && break
		kill -0 $! 2>/dev/null || break
		sleep 0.01
	done
	regions=$(find "$CONTEND_REGION_DIR" -type f | wc -l)
	exec 9>&-
	wait $!
	status=$?
	profiles=$(find "$home/out" -type f | wc -l)
}

gets_nothing()
{
	local name=$1

	shift
	observe "$@"
	is "$name: it ends as bare" $status 3
	is "$name: it prints the same" "$(cat "$home/program.out")" "$(printf 'wait\nread')"
	none "$name: nothing is said" "$(cat "$said")"
	is "$name: no region" "$regions" 0
	is "$name: no profile" "$profiles" 0
	is "$name: its environment is the bare one" "$("$@" "$home/environment" 2>&1)" \
		"$("${as_nobody[@]}" "$home/environment")"
}

if ! system=$(unshare -m sh -c 'mount -t tmpfs none /mnt' 2>&1); then
	skip 'preloaded by the system' "no privilege to mount: $system"
	system=
elif [ ! -e /etc/ld.so.preload ]; then
	touch /etc/ld.so.preload
	trap 'rm -rf "$home" /etc/ld.so.preload' EXIT
	system=here
fi
cp "$BUILD/tests/live/places" "$home/program"
cp "$(command -v env)" "$home/environment"
give nothing "$home/program"
observe "${as_nobody[@]}" LD_PRELOAD="$home/libcontend.so"
is 'without such rights: it ends as bare' $status 3
is 'without such rights: it has a region' "$regions" 1
is 'without such rights: it has profiles' "$profiles" 2
at_least 'without such rights: it says what it does, and what is bad' "$(grep -c . "$said")" 3
if [ "$system" ]; then
	observe system_wide "${as_nobody[@]}"
	is 'without such rights, preloaded by the system: it has a region' "$regions" 1
	is 'without such rights, preloaded by the system: it has profiles' "$profiles" 2
fi
for right in set-uid set-gid capabilities; do
	for program in program environment; do
		rm "$home/$program"
		[ $program = program ] && cp "$BUILD/tests/live/places" "$home/program" || cp "$(command -v env)" "$home/environment"
		give $right "$home/$program" 2>"$TMPDIR/refused" || break
	done
	if [ -s "$TMPDIR/refused" ]; then
		skip "$right" "$(tail -n 1 "$TMPDIR/refused")"
		continue
	fi
	gets_nothing "$right" "${as_nobody[@]}" LD_PRELOAD="$home/libcontend.so"
	[ "$system" ] && gets_nothing "$right, preloaded by the system" system_wide "${as_nobody[@]}"
done
finish
