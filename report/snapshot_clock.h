/* SPDX-License-Identifier: MIT */
/* snapshot_clock: which moment a region is copied at, and how long its ticks are. */
#ifndef CONTEND_SNAPSHOT_CLOCK_H
#define CONTEND_SNAPSHOT_CLOCK_H

#include "region.h"

/* When and where the copy is made: what the region cannot say. */
struct snapshot_moment {
	uint64_t boot_id[2];
	enum clock_source clock_source;
	struct clock_anchor anchor;
	int64_t wall_ns; /* since 1970 */
	bool is_present; /* a region's process goes on: what it waits for now it waits for up to this moment */
	uint64_t cpu_ns; /* CPU time that the region's process has used by then (process_cpu_ns); 0: not known */
};

/* This moment on this machine, in which everybody lives, without a process's CPU time. Needs clock_init; the boot id is 0 where /proc does not tell it. */
void snapshot_clock_now(struct snapshot_moment *out_moment);

/* ns in a tick of the region's clock: what its first report found; else from its start to `moment` if that is on the same
 * clock of the same boot, else from its start to its early anchor; 0 if none makes sense. */
double snapshot_clock_ns_per_tick(const struct region_header *header, const struct snapshot_moment *moment);

/* Ticks of such a clock in ns, as far as they fit. */
int64_t snapshot_clock_ns(double ns_per_tick, uint64_t ticks);

/* All later reports are to use this one. Were each to measure anew, a total that did not change would shrink by a few ns
 * between two dumps, and their difference be negative. */
void snapshot_clock_keep(struct region_header *header, double ns_per_tick);

#endif
