/* SPDX-License-Identifier: MIT */
/* semaphore_locks: which semaphores are used as locks (CONTEND_SEM_AS_LOCK=1; else nothing here is called).
 *
 * The rule: a semaphore is a lock from the moment when sem_init gives it the value 1. It is one until it is posted by a
 * thread that does not hold it, or taken while it is held, or destroyed. Its holder is the thread whose wait (or try) last
 * succeeded, until that thread posts. Named semaphores are none: they lie between processes, where no release is seen.
 *
 * Called from   application threads, signal handlers included; no guard needed.
 * Memory        SEMAPHORE_LOCKS semaphores, outside the region.
 * When full     another semaphore is no lock; LOSS_SEMAPHORES_FULL.
 * Concurrency   lock-free; calls for one semaphore come in the order in which libc lets its users go on.
 */
#ifndef CONTEND_SEMAPHORE_LOCKS_H
#define CONTEND_SEMAPHORE_LOCKS_H

#include <stdbool.h>

#define SEMAPHORE_LOCKS_BITS 10
#define SEMAPHORE_LOCKS      (1u << SEMAPHORE_LOCKS_BITS)

/* It was initialised with that value. */
void semaphore_locks_initialised(const void *semaphore, unsigned value);

void semaphore_locks_destroyed(const void *semaphore);

/* Is it used as a lock, as far as was seen? */
bool semaphore_locks_is_one(const void *semaphore);

/* The calling thread took it, with or without a wait. */
void semaphore_locks_taken(const void *semaphore);

/* The calling thread is about to post it. True: that ends its critical section. */
bool semaphore_locks_posted(const void *semaphore);

#endif
