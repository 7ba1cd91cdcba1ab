/* SPDX-License-Identifier: MIT */
/* snapshot_waits: the waits in progress that a snapshot shows in the block profile (shown.h), each in its sample once.
 *
 * Called from   snapshot.c, in this order: find, before any sample is read; then read, for each sample.
 * Reads         this process's own region, in use; or the copy of another one's and, of what may have changed since, its file, from
 *               which the copy is brought up to date. What no process uses any more is as it is.
 * Up to when    the snapshot's moment. What nobody uses: to the last instant that is known of it.
 * Trust         none: a wait that names no sample of the table adds to nothing; work is bounded by the number of records.
 */
#ifndef CONTEND_SNAPSHOT_WAITS_H
#define CONTEND_SNAPSHOT_WAITS_H

#include "arena.h"
#include "region_file.h"
#include "snapshot_clock.h"

struct snapshot_wait;

struct snapshot_waits {
	const struct region_file *file;
	bool is_in_use;
	uint64_t until_ticks;  /* waits last up to here */
	uint64_t before_ticks; /* and lasted up to here in the snapshot before */
	uint64_t least_ticks;  /* younger ones are not shown */
	size_t count;
	struct snapshot_wait *waits; /* sorted by their samples' units */
	uint64_t without_stack;      /* waits long enough to be shown that cannot be */
};

/* Looks for the waits, whose number is bounded by the records', and says in the region that they are shown. The region's header and
 * layout were checked. 0 or -ENOMEM; memory is the arena's. */
int snapshot_waits_find(const struct region_file *file, const struct snapshot_moment *moment, double ns_per_tick,
			struct arena *arena, struct snapshot_waits *out_waits);

/* What the sample holds, and what the waits in progress add to it, at one instant. */
struct sample_weight snapshot_waits_read(struct snapshot_waits *waits, const struct sample *sample);

#endif
