# SPDX-License-Identifier: MIT
# compare.awk [-v estimated=1] LEDGER TALLY: one line for each way in which the profiles are not what the program counted itself: to the event where
# nothing was lost, and with the losses added where something was. Where waits happened that only chance made events, those
# below certain_wait are compared. So are those of each process: it may show nobody else's. What is estimated from some of the events is compared in all, and roughly.
FNR == NR && $1 == "kind" { begun[$2] = $3; done[$2] = $4; kinds[$2] = 1; next }
FNR == NR && $1 == "process" { begun_by[$2] = $3; done_by[$2] = $4; pids[$2] = 1; next }
FNR == NR { mixed = $2; next }
$1 == "kind" { events[$2] = mixed ? $4 : $3; kinds[$2] = 1 }
$1 == "lost" { lost = $2 }
$1 == "overflow" { overflow = $2 }
$1 == "process" { events_by[$2] = $3; lost_by[$2] = $4; pids[$2] = 1 }
$1 == "wrong" { print }
END {
	for (kind in kinds) {
		if (mixed && events[kind] + 0 == 0 && !(kind in begun)) continue
		least += done[kind]
		most += begun[kind]
		recorded += events[kind]
		if (estimated) continue
		if (events[kind] > begun[kind] + 0) print kind ": " events[kind] " events, but there were " begun[kind] + 0
		if (!lost && !(mixed && overflow) && events[kind] + 0 < done[kind]) print kind ": " events[kind] + 0 " events of " done[kind]
	}
	if (least == 0) print "the program counted nothing"
	if (estimated && (recorded < least * 0.6 || recorded > most * 1.4)) print recorded " events, estimated, of " least
	if (estimated) exit
	if (recorded + lost + (mixed ? overflow : 0) < least) print recorded " events and " lost " lost, of " least
	if (!mixed && recorded + lost > most) print recorded " events and " lost " lost, but there were " most
	for (pid in pids) {
		if (events_by[pid] > begun_by[pid] + 0) print "process " pid ": " events_by[pid] " events, but it made " begun_by[pid] + 0
		if (events_by[pid] + lost_by[pid] < done_by[pid]) print "process " pid ": " events_by[pid] + 0 " events of " done_by[pid]
	}
}
