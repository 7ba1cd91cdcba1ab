# SPDX-License-Identifier: MIT
# What the block profiles of a run's processes hold, from the output of decode for all of them, each process's in the order of
# their writing: a process is what has one number and one start; its last profile counts. Prints
#   kind NAME EVENTS CERTAIN   events of a kind, and those of them below certain_wait and its like: whichever of certain_ and uncounted_
#                              functions is nearest to the wait; each may be a handler that interrupted the other
#   lost EVENTS                events that are in no profile
#   overflow EVENTS            events whose stack is not told: the table was full
#   processes COUNT
#   process PID CERTAIN LOST   of all that ran under that number: events below certain_wait; events in no profile or without a stack
#   wrong WORDS                a profile that holds less than the one before it; stacks from plug-ins that lead nowhere; where one is loaded
#                              in the place of another at the moment of its unloading, a few may (frame_rule.h)
BEGIN { FS = "\t" }
/^# file / {
	finish()
	file = substr($0, 8)
	sub(/.*\//, "", file)
	split(file, part, ".")
	pid = part[2]
}
/^# time / { time = substr($0, 12) } # without its first digits: awk has 15
/^# duration / { key = pid ":" (time - substr($0, 12)) }
/^# comment # lost: [0-9]+ waits (in|of|that were left) / { split($0, word, " "); lost_now += word[5] }
!/^#/ {
	kind = $3
	sub(/.*kind=/, "", kind)
	sub(/,.*/, "", kind)
	count[kind] += $1
	total += $1
	if (match($4, /;(certain|uncounted)_[a-z_]+;/) && substr($4, RSTART, 9) == ";certain_") certain[kind] += $1
	if ($4 ~ /;plugin_/) in_plugins += $1
	if ($4 ~ /;plugin_/ && $4 !~ /;start_thread;clone3$/) astray += $1
	if ($4 ~ /^\[overflow\]/) overflow_now += $1
}
function finish(   kind) {
	if (file == "") return
	if (total < total_of[key] + 0) print "wrong " file " holds " total " events, the one before it " total_of[key]
	total_of[key] = total
	lost_of[key] = lost_now
	overflow_of[key] = overflow_now
	for (kind in kinds)
		count_of[key, kind] = certain_of[key, kind] = 0
	for (kind in count) {
		kinds[kind] = 1
		count_of[key, kind] = count[kind]
		certain_of[key, kind] = certain[kind]
	}
	delete count
	delete certain
	total = lost_now = overflow_now = 0
}
END {
	finish()
	if (astray * 100 > in_plugins) print "wrong " astray " of " in_plugins " events in plug-ins have stacks that lead nowhere"
	for (key in total_of) {
		processes++
		lost += lost_of[key]
		overflow += overflow_of[key]
		split(key, part, ":")
		pids[part[1]] = 1
		lost_by[part[1]] += lost_of[key] + overflow_of[key]
		for (kind in kinds) {
			all[kind] += count_of[key, kind]
			all_certain[kind] += certain_of[key, kind]
			certain_by[part[1]] += certain_of[key, kind]
		}
	}
	for (kind in kinds) printf "kind %s %d %d\n", kind, all[kind], all_certain[kind]
	printf "lost %d\noverflow %d\nprocesses %d\n", lost, overflow, processes
	for (pid in pids) printf "process %d %d %d\n", pid, certain_by[pid], lost_by[pid]
}
