/* SPDX-License-Identifier: MIT */
/* lock_waiters: which threads wait for one lock now, and what their records say of them.
 *
 * Called from   application threads, guard held, signal handlers included; the helper thread.
 * Cost          a look at each thread record that is in use, until all that wait were found: for when somebody wants to know.
 * Concurrency   nobody is stopped. What is shown of a wait was true at one instant during the call; who comes or leaves meanwhile may be
 *               missed.
 */
#ifndef CONTEND_LOCK_WAITERS_H
#define CONTEND_LOCK_WAITERS_H

#include "thread.h"

struct lock_waiter {
	const struct thread *record;
	uint32_t index;          /* in record->waits */
	struct thread_wait wait; /* a copy, whole */
};

typedef void lock_waiters_visitor(const struct lock_waiter *waiter, void *argument);

/* Shows those that wait for `lock`, as far as releases of it are charged with their waits. Ends when as many were found as wait
 * (waiters_count). Returns how many. */
uint32_t lock_waiters_visit(const void *lock, lock_waiters_visitor *visit, void *argument);

/* The one that has waited longest; false if none was found. */
bool lock_waiters_find_longest(const void *lock, struct lock_waiter *out_waiter);

#endif
