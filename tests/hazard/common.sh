# SPDX-License-Identifier: MIT
# Sourced by the hazard scripts, behind tap.sh's words.
#
#   same NAME COMMAND...   the command's exit status and standard output are, preloaded with everything recorded, what they
#                          are bare; it must succeed bare. Standard error of the preloaded run stays in $said.
#   privileged COMMAND...  runs it as root in a mount namespace of its own; may_be_privileged tells whether that works
. "$ROOT/tests/tap.sh"
hazard=$BUILD/tests/hazard
said=$TMPDIR/said
everything=(LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 HAZARD_PRELOADED=1)

same()
{
	local name=$1 status

	shift
	"$@" >"$TMPDIR/bare.out" 2>"$TMPDIR/bare.err"
	status=$?
	if [ $status != 0 ]; then
		result 'not ok' "$name" "fails bare with $status: $(cat "$TMPDIR/bare.err")"
		return
	fi
	(export "${everything[@]}" && "$@") >"$TMPDIR/preloaded.out" 2>"$said"
	status=$?
	if [ $status != 0 ] || ! cmp -s "$TMPDIR/bare.out" "$TMPDIR/preloaded.out"; then
		result 'not ok' "$name" "exit status $status; $(diff "$TMPDIR/bare.out" "$TMPDIR/preloaded.out"); $(cat "$said")"
	else
		result ok "$name"
	fi
}

privileged()
{
	if [ "$(id -u)" = 0 ]; then unshare -m "$@"; else unshare -rm "$@"; fi
}

may_be_privileged()
{
	privileged mount -t tmpfs none /mnt 2>/dev/null
}
