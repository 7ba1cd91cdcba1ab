/* SPDX-License-Identifier: MIT */
/* snapshot: a copy of what one region says, checked, and in the units of reports.
 *
 * Called from   wherever reports are made. The region may be this process's own and in use: no recorder is stopped,
 *               every sample is a pair that was true at one instant.
 * Trust         none: magic, version, and every count and offset of the region are checked; each is read once. A
 *               damaged region gives an error or fewer data, never a fault. `bytes` must be readable as far as the
 *               region's own words say that they are in use.
 * Memory        private heap, all of it given back by snapshot_drop.
 * Units         ns and whole events.
 */
#ifndef CONTEND_SNAPSHOT_H
#define CONTEND_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "region_file.h"
#include "snapshot_clock.h"

struct snapshot_sample {
	enum profile profile;
	enum wait_kind kind;
	enum file_type file_type;
	uint8_t delay_class; /* as in struct sample_key, as are the next three */
	uint32_t lock;
	uint32_t labels;
	uint32_t waiter_labels;
	uint32_t depth;
	const uint64_t *frames;        /* leaf first, as in frame.h; modules below module_count */
	uint32_t waiter_depth;         /* 0: not known, or no matter */
	const uint64_t *waiter_frames; /* the first of who waited for what ends here */
	int64_t count;                 /* events, rounded */
	int64_t delay_ns;
	int64_t longest_ns; /* one event; 0 if the sample has no delay class */
};

/* One label of a set; the others are those of `parent`, which is a lower number. */
struct snapshot_label {
	uint32_t parent;
	const char *key, *value; /* NULL: a set that means nothing */
};

struct snapshot_module {
	uint64_t start, limit; /* addresses; 0, 0: this number means nothing */
	uint64_t file_offset;
	uint64_t load_bias;
	const char *path; /* terminated */
	const uint8_t *build_id;
	size_t build_id_bytes;
};

struct snapshot_lock;

struct snapshot {
	struct arena arena;
	struct snapshot_sample *samples; /* without those that have neither count nor delay */
	size_t sample_count;
	struct snapshot_module *modules; /* by their number in frames; number 0 means nothing */
	size_t module_count;
	struct snapshot_lock *locks; /* number N, as samples say it, at N - 1; snapshot_locks.h */
	size_t lock_count;
	struct snapshot_label *labels; /* by the numbers in samples; number 0 is the empty set */
	size_t label_count;
	uint64_t losses[LOSS_COUNT];
	int64_t handoff_ns;
	int64_t uncharged_ns;         /* lock waiting that goes on, and is charged to nobody yet */
	uint64_t waits_without_stack; /* waits in progress that would be in the samples if their stacks were known */
	struct snapshot_overhead {
		int64_t own_ns; /* what recording cost, and reports in the process (overhead.h) */
		uint64_t calls; /* in which it recorded */
		int64_t cpu_ns; /* that the process used since it was profiled; 0: not known */
	} overhead;
	struct snapshot_governor {
		uint64_t limit_ppm; /* 0: no bound on overhead */
		uint64_t changes;   /* so far */
		size_t count;       /* of them, the last, in order */
		struct snapshot_governor_change {
			int64_t since_ns; /* from the start */
			int64_t rate_ns;
			uint32_t fraction, lock_shift, overhead_ppm;
		} last[GOVERNOR_CHANGES];
	} governor;
	double ns_per_tick;
	int64_t taken_wall_ns;
	int64_t started_wall_ns; /* what is counted begins then: the process, or the last reset, or an interval */
	uint32_t resets;
	int32_t pid;
	uint32_t profiles; /* bit N: profile N is kept */
	bool has_histogram;
	uint32_t mutex_fraction;
	uint32_t hold_rate; /* one acquisition in so many; 0: none */
	int64_t block_rate_ns;
	enum clock_source clock_source;
	uint32_t dump_sequence;
	bool is_closed;
	bool is_interval;    /* it began when another snapshot was taken (snapshot_delta.h), not with the process */
	const char *program; /* terminated, as are the next two */
	const char *directory;
	const char *out;
};

/* -EBADMSG: no region, or a damaged one. -EPROTO: another version of the layout. -ENODATA: the clock of another boot
 * and too little of it. -ENOMEM. */
int snapshot_take(const struct region *region, size_t bytes, const struct snapshot_moment *moment,
		  struct snapshot **out_snapshot);

/* The same of the copy of another process's region. If that process goes on (moment->is_present), the copy is brought up to date where
 * waits have ended since, so that whoever takes a snapshot of it later sees the same. */
int snapshot_take_file(const struct region_file *file, const struct snapshot_moment *moment,
		       struct snapshot **out_snapshot);

static inline bool snapshot_has_profile(const struct snapshot *snapshot, enum profile profile)
{
	return snapshot->profiles >> profile & 1;
}

/* Of the CPU time that the process used, millionths; -1: not known. */
static inline int64_t snapshot_overhead_ppm(const struct snapshot_overhead *overhead)
{
	return overhead->cpu_ns > 0 ? (int64_t)((double)overhead->own_ns / (double)overhead->cpu_ns * 1e6 + 0.5) : -1;
}

/* snapshot_drop(NULL) does nothing. */
void snapshot_drop(struct snapshot *snapshot);

#endif
