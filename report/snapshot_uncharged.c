/* SPDX-License-Identifier: MIT */
#include "clock.h"
#include "snapshot_uncharged.h"
#include "wait_look.h"

/* The account of the lock that is waited for; where its entry lies is known to the process only. False: it has none. */
static bool find_account(const struct region *region, const struct thread_wait *wait, struct waiters_view *out_view)
{
	const struct waiters_bucket *bucket = &region->waiters.buckets[wait->waiter.bucket % WAITERS_BUCKETS];

	for (int way = 0; way < WAITERS_WAYS; way++) {
		*out_view = waiters_read(&bucket->locks[way]);
		if (out_view->waiting && out_view->address == wait->object)
			return true;
	}
	return false;
}

static uint64_t uncharged_of(const struct region *region, const struct thread_wait *wait, uint64_t until_ticks)
{
	struct waiters_view view;

	if (!wait->waiter.lock || wait->kind == WAIT_FUTEX || !find_account(region, wait, &view))
		return 0;
	return clock_elapsed_ticks(waiters_charged_until(wait->waiter.since_ticks, view.last_charge), until_ticks)
	       << view.shift;
}

uint64_t snapshot_uncharged_ticks(const struct region *region, uint64_t until_ticks)
{
	uint32_t used = atomic_load_explicit(&region->threads.used, memory_order_relaxed);
	struct thread_wait wait;
	uint64_t ticks = 0;

	for (uint32_t record = 0; record < used && record < region->threads.limit; record++)
		for (uint32_t index = 0; index < THREAD_WAITS; index++)
			if (wait_look(thread_table_at(&region->threads, record), index, &wait))
				ticks += uncharged_of(region, &wait, until_ticks);
	return ticks;
}
