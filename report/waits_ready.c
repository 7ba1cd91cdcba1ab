/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "clock.h"
#include "shown.h"
#include "snapshot_clock.h"
#include "thread_look.h"
#include "waits_ready.h"

enum { LIMIT_NS = 100000000 };

/* Whether who holds a lock waits himself only the process knows. */
static bool is_incomplete(const struct thread_wait *wait)
{
	return wait->waiter.lock || (wait->rate_ticks != 0 && (thread_wait_unit(wait) == 0 || wait->file != -1));
}

static bool is_old_enough(const struct thread_wait *wait, uint64_t now_ticks, uint64_t least_ticks)
{
	return clock_elapsed_ticks(wait->waiter.since_ticks, now_ticks) >= least_ticks;
}

static bool lacks_something(const struct region_file *file, uint64_t now_ticks, uint64_t least_ticks)
{
	struct thread thread;

	for (uint32_t record = 0; record < thread_look_count(file); record++) {
		if (!thread_look_at(file, record, &thread))
			continue;
		for (uint32_t i = 0; i < thread.wait_depth; i++)
			if (is_old_enough(&thread.waits[i], now_ticks, least_ticks) && is_incomplete(&thread.waits[i]))
				return true;
	}
	return false;
}

static bool is_to_be_asked(const struct region_file *file)
{
	const struct region_header *header = &file->region->header;
	struct snapshot_moment now;
	double ns_per_tick;

	snapshot_clock_now(&now);
	ns_per_tick = snapshot_clock_ns_per_tick(header, &now);
	return atomic_load_explicit(&header->wish.has_helper, memory_order_relaxed) &&
	       header->clock_source == now.clock_source && ns_per_tick != 0 &&
	       lacks_something(file, now.anchor.ticks, (uint64_t)(SHOWN_LEAST_NS / ns_per_tick));
}

/* The later reading shall measure as the first, even if that could not be written into the region. */
static void keep_clock(const struct region_file *file, struct region_file *again)
{
	uint64_t kept = atomic_load_explicit(&file->region->header.ns_per_tick, memory_order_relaxed);

	if (kept)
		atomic_store_explicit(&again->region->header.ns_per_tick, kept, memory_order_relaxed);
}

void waits_ready(struct region_file *file)
{
	struct wish wish = {.wanted = WISH_WAITS};
	struct region_file again;
	uint32_t granted;

	if (!is_to_be_asked(file) || ask(file, &wish, LIMIT_NS, &granted) != 0 ||
	    region_file_read_again(file, &again) != 0)
		return;
	keep_clock(file, &again);
	region_file_free(file);
	*file = again;
}
