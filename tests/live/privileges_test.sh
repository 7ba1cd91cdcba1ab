#!/bin/bash
# SPDX-License-Identifier: MIT
# A server that root starts and that then becomes another user loses nothing by it, and leaves nothing.
. "${ROOT:-$PWD}/tests/live/common.sh"

[ "$(id -u)" = 0 ] || { echo 'only root can become another user'; exit 77; }
chmod 1777 "$work"
cp "$live/privileges" "$work/program" # where it can still read its own symbols
check 'the program ends well' profiled privileges "$work/program"
read -r process rounds <"$work/privileges.out"
block=$(decoded privileges last block)
mutex=$(decoded privileges last mutex)
is 'all waits of all threads are there' "$(sum "$block" count '^pthread_mutex_lock;wait_for_it;')" "$rounds"
is 'all releases are' "$(sum "$mutex" count '^pthread_mutex_unlock;hold_it;')" "$rounds"
check 'nothing was lost' grep -q '^# comment .*lost: nothing' "$block"
# It may not remove a file from a directory of root's; the memory of the samples, most of it, it can give back.
kept_kib=$(find "$CONTEND_REGION_DIR" -type f -name "$process.*" -printf '%k\n' | awk '{ n += $1 } END { print n + 0 }')
check "its region keeps less than 4 MiB ($kept_kib KiB)" test "$kept_kib" -lt 4096
find "$CONTEND_REGION_DIR" -type f -name "$process.*" -delete
finish
