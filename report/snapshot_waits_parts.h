/* SPDX-License-Identifier: MIT */
/* snapshot_waits_parts: what the files of snapshot_waits share. */
#ifndef CONTEND_SNAPSHOT_WAITS_PARTS_H
#define CONTEND_SNAPSHOT_WAITS_PARTS_H

#include "clock.h"
#include "snapshot_waits.h"

struct snapshot_wait {
	uint64_t since_ticks;
	uint32_t unit; /* of its sample */
	uint32_t record;
	uint32_t sequence;
	uint32_t index; /* in the record's waits */
	bool is_gone;
	struct sample_weight weight; /* when it was looked at again */
};

static inline struct thread *snapshot_waits_record(const struct region_file *file, uint32_t record)
{
	return thread_table_at(&file->region->threads, record);
}

/* Is it to be shown, having lasted up to that instant? */
static inline bool snapshot_waits_is_due(const struct snapshot_waits *waits, const struct thread_wait *wait,
					 uint64_t until_ticks)
{
	uint64_t elapsed_ticks = clock_elapsed_ticks(wait->waiter.since_ticks, until_ticks);

	return wait->rate_ticks != 0 && elapsed_ticks >= waits->least_ticks && elapsed_ticks >= wait->threshold_ticks;
}

#endif
