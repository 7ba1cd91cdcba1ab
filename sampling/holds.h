/* SPDX-License-Identifier: MIT */
/* holds: the locks that a thread holds and whose holds are timed, one acquisition in CONTEND_HOLD_RATE; and which those are.
 *
 * Each run of `rate` acquisitions of a thread has one that is timed, every place in it being as likely: so each acquisition
 * is timed with probability 1/rate, in threads of few acquisitions too, and what a kept one stands for (rate of them) is right on
 * average. README.md in this folder has the proof.
 *
 * Called from   application threads, guard held. holds_any and holds_forget need no guard.
 * Memory        HOLDS_LIMIT holds in each thread record; a word of each bucket of waiters_presence, which every unlock looks at
 *               anyway: an unlock of what nobody times costs nothing.
 * When full     the oldest hold goes, as a loss.
 * Losses        each stands for `rate` acquisitions and is counted as so many: recorded and lost are all there were.
 * Concurrency   slots are their thread's. Another thread may only take a hold away, by a compare-and-swap of its object.
 */
#ifndef CONTEND_HOLDS_H
#define CONTEND_HOLDS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "losses.h"
#include "random.h"
#include "waiters.h"

#define HOLDS_LIMIT 8

/* A lock that is held, and timed. */
struct hold {
	_Atomic uint64_t object; /* its address; 0: the slot is free */
	uint64_t since_ticks;
	uint32_t sample; /* of the stack that took it, its unit in the table */
	uint32_t kind;   /* enum wait_kind, of a wait for it */
	uint32_t inner;  /* of a reader: how often it read the lock once more since, untimed */
	uint32_t reserved_zero;
};

/* Of one thread, in its record. */
struct holds {
	uint32_t skip;          /* acquisitions to let pass before the next timed one; while the record is nobody's */
	uint32_t rest;          /* acquisitions of the run behind the timed one */
	_Atomic uint32_t count; /* slots that are not free */
	uint32_t reserved_zero;
	struct hold slots[HOLDS_LIMIT];
};

/* A hold that is over. */
struct hold_end {
	uint32_t sample; /* 0: there was none */
	uint64_t held_ticks;
};

/* Is any hold timed of a lock in this one's bucket? */
static inline bool holds_any(const void *object)
{
	return atomic_load_explicit(&waiters_presence[waiters_bucket_of(object)].holds, memory_order_relaxed) != 0;
}

/* How many acquisitions pass before the next timed one. */
uint32_t holds_draw(struct holds *holds, struct random *random, uint32_t rate);

/* The thread has taken `object` just now. is_timed: it was drawn; else this is only to know what became of earlier holds. */
void holds_taken(struct holds *holds, const void *object, uint32_t kind, bool is_timed);

/* What was taken is timed from now on. */
void holds_begin(struct holds *holds, const void *object, uint32_t kind, uint32_t sample);

/* The thread is about to release `object`, held in that way: the hold that ends, if it is timed. */
struct hold_end holds_end(struct holds *holds, const void *object, uint32_t kind);

/* `object` is no lock any more, or one anew: all holds of it are lost. */
void holds_forget(const void *object);

/* The thread ends. */
void holds_leave(struct holds *holds);

/* A timed acquisition is lost. */
void holds_lose(enum loss loss);

#endif
