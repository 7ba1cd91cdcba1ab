/* SPDX-License-Identifier: MIT */
/* wakers: who ended which wait, for the profile `wake` (CONTEND_WAKERS=1; else nothing here is called).
 *
 * For each object that threads wait for (condition variable, semaphore, barrier): how many wait, and, in their order, the
 * wakes that no waiter has come back with yet. A waiter that was woken takes the oldest: libc wakes in about the order of
 * arrival, and where it does not, two waits that ended at the same time have changed their wakers.
 *
 * Called from   application threads, guard held; wakers_waiting needs no guard.
 * Memory        WAKERS_ENTRIES objects with waiters, WAKERS_RUNS stacks with unmatched wakes each, outside the region.
 * When full     the waits go without a waker; LOSS_WAKERS_FULL.
 * Concurrency   each entry has a lock, held for some twenty instructions and never waited for: who finds it taken too often
 *               goes without (LOSS_WAKERS_BUSY). So a thread that is stopped or cancelled inside holds up nobody.
 */
#ifndef CONTEND_WAKERS_H
#define CONTEND_WAKERS_H

#include <stdbool.h>

#include "sample_table.h"

#define WAKERS_BITS    8
#define WAKERS_ENTRIES (1u << WAKERS_BITS)
#define WAKERS_RUNS    8

/* One waiter's place; its thread's. */
struct wakers_place {
	struct wakers_entry *entry; /* NULL: none */
};

/* Nobody waits. Only while no other thread can be inside. */
void wakers_init(void);

/* The thread is about to wait for `object`. */
void wakers_arrive(const void *object, struct wakers_place *out_place);

/* Its wait has ended. is_woken: by somebody; then the answer is that wake's sample, or NULL if it is not known. */
struct sample *wakers_depart(struct wakers_place *place, bool is_woken);

/* How many wait for `object` that no wake was entered for. */
unsigned wakers_waiting(const void *object);

/* `waiters` of them are about to be woken; `sample` is what their waits are charged to. Call before the real wake. */
void wakers_wake(const void *object, struct sample *sample, unsigned waiters);

/* A thread that did not wait took what the oldest wake meant for a waiter (semaphores). */
void wakers_overtaken(const void *object);

#endif
