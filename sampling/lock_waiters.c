/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "lock_waiters.h"
#include "wait_look.h"
#include "waiters.h"

/* Owners write without looking at us; wait_look finds out what is whole. */
#define RACES __attribute__((no_sanitize("thread")))

RACES static bool is_for(const struct thread_wait *wait, const void *lock)
{
	return wait->object == (uint64_t)(uintptr_t)lock && wait->waiter.lock;
}

/* The wait for that lock, if this thread is in one. */
RACES static bool find_wait(const struct thread *record, const void *lock, struct lock_waiter *out_waiter)
{
	uint32_t depth = __atomic_load_n(&record->wait_depth, __ATOMIC_ACQUIRE);

	for (uint32_t index = 0; index < depth && index < THREAD_WAITS; index++) {
		if (!is_for(&record->waits[index], lock) || !wait_look(record, index, &out_waiter->wait) ||
		    !is_for(&out_waiter->wait, lock))
			continue;
		out_waiter->record = record;
		out_waiter->index = index;
		return true;
	}
	return false;
}

uint32_t lock_waiters_visit(const void *lock, lock_waiters_visitor *visit, void *argument)
{
	const struct thread_table *table = thread_table_mine();
	uint32_t used = atomic_load_explicit(&table->used, memory_order_relaxed);
	uint32_t waiting = waiters_count(lock), found = 0;
	struct lock_waiter waiter;

	for (uint32_t i = 0; i < used && found < waiting; i++) {
		if (!find_wait(thread_table_at(table, i), lock, &waiter))
			continue;
		visit(&waiter, argument);
		found++;
	}
	return found;
}

static void keep_longest(const struct lock_waiter *waiter, void *argument)
{
	struct lock_waiter *longest = argument;

	if (!longest->record || waiter->wait.waiter.since_ticks < longest->wait.waiter.since_ticks)
		*longest = *waiter;
}

bool lock_waiters_find_longest(const void *lock, struct lock_waiter *out_waiter)
{
	struct lock_waiter longest = {.record = NULL};

	if (lock_waiters_visit(lock, keep_longest, &longest) == 0)
		return false;
	*out_waiter = longest;
	return true;
}
