/* SPDX-License-Identifier: MIT */
/* record: the seam. Finished waits and charged releases enter the tables here, and nowhere else.
 *
 * Called from   application threads, guard held (`self` proves it), signal handlers included.
 * Fails never   what cannot be recorded is counted in losses.
 * Units         ticks; scaled by fraction and rate here, at record time, so that a knob never rescales the past.
 */
#ifndef CONTEND_RECORD_H
#define CONTEND_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"
#include "record_knobs.h"
#include "sample_table.h"
#include "sampler.h"
#include "stack.h"
#include "thread.h"
#include "wish.h"

/* Which call it was: what becomes the leaf, and where its caller is; and what it waits for or releases. */
struct record_site {
	enum wait_kind kind;
	enum wait_end end;
	const void *object; /* its address; never looked into */
	int file; /* descriptor that a wait is about, or -1, or FILE_IS_SOCKET; may be known only when it is over */
	uint64_t leaf_address;       /* entry of the function that the application called */
	const void *frame_pointer;   /* STACK_MARK() of the wrapper (stack_origin.h) */
	const struct sample *waiter; /* of what is released, if names must tell what that is; else NULL */
};

/* What became of a wait. */
enum wait_outcome {
	WAIT_OVER,     /* it got what it waited for */
	WAIT_AT_ONCE,  /* it need not wait (the last to arrive); not recorded */
	WAIT_TRIED,    /* it would have to wait (EAGAIN): a wait only if it took longer than such an answer takes */
	WAIT_GIVEN_UP, /* timed out, interrupted, cancelled: time has passed all the same */
	WAIT_REFUSED,  /* answered at once (EDEADLK, EINVAL, ...): nobody waited, nothing is recorded */
};

/* One measured wait, from begin to end. Lives in the wrapper's frame; what must survive a longjmp lies in the thread. */
struct record_wait {
	struct record_site site;
	uint64_t since_ticks;
	uint64_t rate_ticks;      /* block rate at the beginning; 0: block profile off */
	uint64_t threshold_ticks; /* shorter waits are dropped */
	struct sample *sample;    /* of the block profile, if its stack is known before the end; else NULL */
	uint32_t lock;            /* 1 + number in the lock table, 0 none; set only of waits that a release ends */
	uint32_t wait_index;      /* in self->waits */
	bool is_measured;         /* the wrappers' */
};

/* A release that was charged, on its way to the mutex profile; and the hold that it ends, on its way to the profile `hold`. */
struct record_release {
	uint64_t charge_ticks;
	uint32_t fraction; /* at the time of the charge; 0: not to be recorded */
	struct waiters_note lock;
	uint32_t waiter_labels; /* of the longest waiter; 0: none */
	uint32_t pairs;         /* their number in the thread's record; 0: none */
	struct hold_end hold;
};

/* For the two functions below only: their rarer cases. */
bool record_wait_begin_slow(struct thread *self, struct record_wait *wait);
void record_wait_end_slow(struct thread *self, struct record_wait *wait, enum wait_outcome outcome, uint64_t now_ticks);
void record_wait_take_stack(struct thread *self, struct record_wait *wait);

/* Draws from which length on the wait will be kept. */
static inline void record_wait_draw(struct thread *self, struct record_wait *wait)
{
	wait->rate_ticks = atomic_load_explicit(&record_knobs.rate_ticks, memory_order_relaxed);
	wait->threshold_ticks = sampler_block_threshold_ticks(&self->random, wait->rate_ticks);
	wait->sample = NULL;
}

static inline bool record_wait_is_early(const struct record_wait *wait)
{
	return wait->threshold_ticks <= atomic_load_explicit(&record_knobs.early_ticks, memory_order_relaxed) &&
	       wait->rate_ticks != 0;
}

/* Says in the record what is waited for; nobody else is told. The wait is drawn. */
static inline void record_wait_describe(const struct thread *self, struct thread_wait *slot,
					const struct record_wait *wait)
{
	const struct record_site *site = &wait->site;

	slot->waiter.lock = NULL;
	slot->place.entry = NULL;
	slot->frame_mark = (uint64_t)(uintptr_t)site->frame_pointer;
	slot->object = (uint64_t)(uintptr_t)site->object;
	slot->leaf_address = site->leaf_address;
	slot->rate_ticks = wait->rate_ticks;
	slot->threshold_ticks = wait->threshold_ticks;
	slot->sequence = self->wait_sequence;
	slot->file = site->file;
	atomic_store_explicit(&slot->is_ending, 0, memory_order_relaxed);
	slot->kind = site->kind;
	slot->lock = 0;
}

/* The wait begins now. wait->site is set. False when it cannot be measured (waits nested too deep, counted); then no
 * record_wait_end. Inline, as is the next, for the wait that nobody is told of, with none around it: a read of what is
 * there is hardly longer than this. */
static inline bool record_wait_begin(struct thread *self, struct record_wait *wait)
{
	struct thread_wait *slot = &self->waits[0];

	if (self->wait_depth != 0 || wait->site.end != WAIT_END_OTHER || wish_is_pending())
		return record_wait_begin_slow(self, wait);
	record_wait_draw(self, wait);
	thread_wait_write(self);
	record_wait_describe(self, slot, wait);
	wait->since_ticks = slot->waiter.since_ticks = clock_now_ticks();
	thread_wait_publish(self, 1);
	wait->wait_index = 0;
	if (record_wait_is_early(wait))
		record_wait_take_stack(self, wait);
	return true;
}

static inline void record_wait_end(struct thread *self, struct record_wait *wait, enum wait_outcome outcome)
{
	uint64_t now_ticks, delay_ticks;

	thread_wait_mark_ending(&self->waits[wait->wait_index]);
	now_ticks = clock_now_ticks();
	delay_ticks = clock_elapsed_ticks(wait->since_ticks, now_ticks);
	if (wait->site.end != WAIT_END_OTHER || self->wait_depth != 1 || wait->wait_index != 0 ||
	    delay_ticks >= wait->threshold_ticks) {
		record_wait_end_slow(self, wait, outcome, now_ticks);
		return;
	}
	self->waited_ticks[wait->site.kind] += delay_ticks;
	thread_wait_publish(self, 0);
}

/* Up to `waiters` threads that wait for the site's object are about to be woken from there. */
void record_wake(struct thread *self, const struct record_site *site, unsigned waiters);

/* `lock` is about to be released: takes the charge and draws. A few ns; nothing is unwound or written to the profile. */
struct record_release record_release_begin(struct thread *self, const void *lock);

/* The same for the hold: of what kind is that of a wait for the lock. */
void record_hold_end(struct thread *self, const void *lock, enum wait_kind kind, struct record_release *release);

/* Records what these two took, if they did. After the real release wherever possible. */
void record_release_end(struct thread *self, struct record_release release, const struct record_site *site);

/* A call is about to take a lock: the sample of its stack if it will be timed, else NULL. The walk would otherwise lengthen the
 * critical section. */
struct sample *record_hold_prepare(struct thread *self, const struct record_site *site);

/* It has taken it, and this is timed if thread_own.hold_skip is 0. sample: as prepared; may be NULL. */
void record_hold_begin(struct thread *self, const struct record_site *site, struct sample *sample);

/* Adds a hold that is over. */
void record_hold_add(struct thread *self, struct hold_end end);

/* The sample with the stack of that site; the rest of its key is given, or follows from these. */
struct sample *record_sample_of(struct thread *self, struct sample_key key, const struct record_site *site);

/* 0 unless delays are to be told apart. */
uint8_t record_delay_class_of(uint64_t delay_ticks);

#endif
