/* SPDX-License-Identifier: MIT */
/* region_check_parts: what the files of region_check share. */
#ifndef CONTEND_REGION_CHECK_PARTS_H
#define CONTEND_REGION_CHECK_PARTS_H

#include <stdbool.h>

#include "frame.h"
#include "region_check.h"
#include "region_layout.h"

/* By how much the clocks of CPUs may disagree about all waiters of one lock, and about when a process began: below a
 * millisecond. */
enum { REGION_CHECK_SKEW_TICKS = 1 << 20 };

struct region_check {
	const struct region *region;
	struct region_layout layout; /* as it must be; what the region says of it is compared with that and not used */
	enum region_check_state state;
	void (*fault)(const char *line, void *argument);
	void *argument;
	unsigned faults;
	struct region_check_summary summary;
	bool is_cut; /* a stack is marked as cut by its own walk */
};

/* Is everything in the copy of one instant? */
static inline bool region_check_is_still(const struct region_check *check)
{
	return check->state >= REGION_CHECK_STILL;
}

static inline bool region_check_is_at_rest(const struct region_check *check)
{
	return check->state >= REGION_CHECK_REST;
}

/* Reports the line unless it `holds`; returns that. */
bool region_check_that(struct region_check *check, bool holds, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The parts; each may rely on those before it having been called. */
void region_check_modules(struct region_check *check);
void region_check_frame_rules(struct region_check *check);
void region_check_overhead(struct region_check *check);
void region_check_governor(struct region_check *check);
void region_check_reset(struct region_check *check);
void region_check_labels(struct region_check *check);
void region_check_threads(struct region_check *check);
void region_check_waiters(struct region_check *check);
void region_check_locks(struct region_check *check);
void region_check_samples(struct region_check *check);

/* What is wrong with code at `address` in that module: a word for the report; NULL if nothing is. */
const char *region_check_code(const struct region_check *check, uint32_t module, uint64_t address);

/* What one thread record says of overhead. */
void region_check_meter(struct region_check *check, uint32_t index, const struct overhead_meter *meter);

/* Is that number, from 1, one of a lock, or 0, which is none? */
bool region_check_has_lock(const struct region_check *check, uint32_t lock);

/* Is there such a set of labels, or is it none? */
bool region_check_has_labels(const struct region_check *check, uint32_t set);

/* What one thread record says of the locks that it holds. */
void region_check_holds(struct region_check *check, uint32_t index, const struct thread *thread);

/* The sample at so many units from the table; NULL where none can be. */
const struct sample *region_check_sample_at(const struct region_check *check, uint32_t unit);

/* What one sample says; its profile, kind, type and depth are in bounds. */
void region_check_sample(struct region_check *check, uint32_t slot, const struct sample *sample);

static inline bool region_check_is_overflow(const struct sample *sample)
{
	return sample->depth == 1 && frame_is_pseudo(sample->frames[0], FRAME_OVERFLOW);
}

static inline const struct thread *region_check_record(const struct region_check *check, uint32_t index)
{
	return (const struct thread *)((const char *)check->region + check->layout.records_begin +
				       (uint64_t)index * check->layout.threads.stride_bytes);
}

/* How many records ever had an owner. */
static inline uint32_t region_check_used_records(const struct region_check *check)
{
	uint32_t used = atomic_load_explicit(&check->region->threads.used, memory_order_relaxed);

	return used < check->layout.threads.limit ? used : check->layout.threads.limit;
}

#endif
