#!/bin/bash
# SPDX-License-Identifier: MIT
# Code that was unloaded before the profile is written is still told by name or place, with its mapping.
. "${ROOT:-$PWD}/tests/live/common.sh"

plugin=$live/dlclose_plugin.so
check 'the program ends well' profiled dlclose "$live/dlclose" "$plugin"
mutex=$(decoded dlclose last mutex)
block=$(decoded dlclose last block)
where='(plugin_wait|dlclose_plugin.so[+]0x[0-9a-f]+)'
is 'the waits in the plug-in are there' "$(sum "$block" count "^pthread_mutex_lock;$where;(known_waits_run[^;]*;)?main;")" 10
where='(plugin_hold|dlclose_plugin.so[+]0x[0-9a-f]+)'
is 'and its releases' "$(sum "$mutex" count "^pthread_mutex_unlock;$where;(hold;)?known_waits_holder;start_thread;")" 10
build_id=$(readelf -n "$plugin" | sed -n 's/.*Build ID: //p')
for profile in "$mutex" "$block"; do
	check 'with its mapping and build id' grep -q "^# mapping .* $build_id 1 .*/dlclose_plugin.so\$" "$profile"
done
# The address of each of its locations lies in that mapping.
outside=$(awk '
	$2 == "mapping" && /dlclose_plugin/ { mapping = $3; start = strtonum($4); limit = strtonum($5) }
	$2 == "location" && $5 == mapping && (strtonum($4) < start || strtonum($4) >= limit)' "$block" 2>/dev/null | wc -l)
is 'in which its addresses lie' "$outside" 0
finish
