#!/bin/bash
# SPDX-License-Identifier: MIT
# limit: 60
# leaves: libc's daemon() ends the parent by a call of its own that nobody can see
# A daemon is in another directory than it was started in, has closed everything, and has a umask of its own: its profiles are
# where it was started all the same, and for its user only.
. "${ROOT:-$PWD}/tests/live/common.sh"

start=$work/start
mkdir "$start"
(cd "$start" && exec env LD_PRELOAD="$LIBCONTEND" CONTEND_FRACTION=1 CONTEND_BLOCK_RATE=1 CONTEND_OUT=daemon.%p.%n \
	HAZARD_PRELOADED=1 "$BUILD/tests/hazard/daemon") >"$work/out" 2>"$work/err"
is 'three daemons came to their end' $? 0
is 'nothing is said' "$(cat "$work/err" "$work/out")" ''

served()
{
	local file

	for file in "$start"/daemon.*.block.pb.gz; do
		"$BUILD/tests/decode" "$file" | grep -q ';serve;' && echo "$file"
	done
}

all_served()
{
	[ "$(served | wc -l)" = 3 ]
}

check 'each has written what it waited for, where it was started' await all_served
is 'for its user only' "$(find "$start" -type f ! -perm 600)" ''
is 'nothing else is there' "$(find "$start" -type f | grep -vE '/daemon\.[0-9]+\.[0-9]+\.(mutex|block)\.pb\.gz$')" ''
is 'nothing is in the root directory' "$(find / -maxdepth 1 -name 'daemon.*')" ''
finish
