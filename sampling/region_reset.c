/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "kernel.h"
#include "region.h"
#include "region_reset.h"

static int64_t wall_ns(void)
{
	struct timespec now;

	KERNEL_CALL(clock_gettime, CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static uint64_t handoff_ticks(const struct thread_table *threads)
{
	uint32_t used = atomic_load_explicit(&threads->used, memory_order_relaxed);
	uint64_t sum = 0;

	for (uint32_t i = 0; i < used; i++)
		sum += atomic_load_explicit(&thread_table_at(threads, i)->handoff_ticks, memory_order_relaxed);
	return sum;
}

static void note_losses(struct region *region)
{
	for (int loss = 0; loss < LOSS_COUNT; loss++)
		atomic_store_explicit(&region->reset.losses.events[loss],
				      atomic_load_explicit(&region->losses.events[loss], memory_order_relaxed),
				      memory_order_relaxed);
}

void region_reset(void)
{
	struct region *region = region_mine();
	struct region_reset *reset = &region->reset;

	atomic_fetch_add_explicit(&reset->number, 1, memory_order_seq_cst);
	atomic_store_explicit(&reset->wall_ns, wall_ns(), memory_order_relaxed);
	atomic_store_explicit(&reset->handoff_ticks, handoff_ticks(&region->threads), memory_order_relaxed);
	note_losses(region);
	sample_table_reset();
	lock_table_reset();
	atomic_fetch_add_explicit(&reset->number, 1, memory_order_seq_cst);
}
