/* SPDX-License-Identifier: MIT */
#include "processor.h"
#include "wait_look.h"

/* That races are harmless the sanitizer cannot know. */
#define RACES __attribute__((no_sanitize("thread")))

RACES static struct thread_wait copy_of(const struct thread_wait *wait)
{
	return *wait;
}

/* Between two waits there is an instant at which the record has none so deep: who finds the same one before and after copying has
 * copied it. */
RACES bool wait_look_again(const struct thread *record, uint32_t index, const struct thread_wait *wait)
{
	const struct thread_wait *now = &record->waits[index];

	processor_order_loads();
	return index < __atomic_load_n(&record->wait_depth, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&now->sequence, __ATOMIC_ACQUIRE) == wait->sequence &&
	       atomic_load_explicit(&now->is_ending, memory_order_acquire) == 0;
}

RACES bool wait_look(const struct thread *record, uint32_t index, struct thread_wait *out_wait)
{
	if (index >= THREAD_WAITS || index >= __atomic_load_n(&record->wait_depth, __ATOMIC_ACQUIRE))
		return false;
	*out_wait = copy_of(&record->waits[index]);
	return wait_look_again(record, index, out_wait);
}
