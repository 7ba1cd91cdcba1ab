/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "clock.h"
#include "config.h"
#include "losses.h"
#include "record.h"
#include "sampler.h"
#include "shown.h"
#include "thread_labels.h"

/* Nobody shall count the wait any more. Answers with the sample of who woke it, if it was woken and that is known. What no
 * release was charged with is kept for the reports. */
static struct sample *leave_wait(struct thread *self, struct thread_wait *wait, uint64_t now_ticks, bool is_woken)
{
	uint64_t handoff_ticks = waiters_depart(&wait->waiter, now_ticks);

	if (handoff_ticks && wait->kind != WAIT_FUTEX) /* of that it is not known whether it is a lock's */
		atomic_store_explicit(&self->handoff_ticks,
				      atomic_load_explicit(&self->handoff_ticks, memory_order_relaxed) + handoff_ticks,
				      memory_order_relaxed);
	return wakers_depart(&wait->place, is_woken);
}

/* The innermost wait, which nobody has ended. */
static void abandon_wait(struct thread *self, uint64_t now_ticks)
{
	struct thread_wait *wait = &self->waits[self->wait_depth - 1];

	losses_add(LOSS_ABANDONED);
	thread_wait_mark_ending(wait);
	leave_wait(self, wait, now_ticks, false);
	shown_keep(wait);
	thread_wait_publish(self, self->wait_depth - 1);
}

static bool is_on_stack(struct stack_limits limits, uint64_t address)
{
	return address >= limits.low_address && address < limits.high_address;
}

/* A handler that interrupted a wait may have left it by longjmp. Its wrapper's frame then lies below ours on the same
 * stack, where no live frame can be. */
static void leave_abandoned_waits(struct thread *self, uint64_t frame_address)
{
	while (self->wait_depth > 0) {
		uint64_t other_address = stack_mark_address(self->waits[self->wait_depth - 1].frame_mark);

		if (other_address > frame_address || !is_on_stack(self->stack, frame_address) ||
		    !is_on_stack(self->stack, other_address))
			return;
		abandon_wait(self, clock_now_ticks());
	}
}

/* Who ends a wait for a word is told apart by who waits (futex_locks.h); and pairs have both. */
static bool is_stack_wanted_by_waker(const struct record_site *site, const struct thread_wait *wait)
{
	return (site->kind == WAIT_FUTEX && (wait->waiter.lock || wait->place.entry)) ||
	       (config.pairs && wait->waiter.lock);
}

/* Where the thread stands while it waits; its wait has begun then. NULL: waits are nested too deep. */
static struct thread_wait *enter_wait(struct thread *self, const struct record_wait *wait)
{
	uint64_t frame_address = stack_mark_address((uint64_t)(uintptr_t)wait->site.frame_pointer);
	struct thread_wait *slot;

	leave_abandoned_waits(self, frame_address);
	if (self->wait_depth == THREAD_WAITS)
		return NULL;
	slot = &self->waits[self->wait_depth];
	thread_wait_write(self);
	record_wait_describe(self, slot, wait);
	return slot;
}

/* Which lock, if it is one: found out now, while there is nothing better to do. */
static uint32_t find_lock(struct thread *self, const struct record_site *site)
{
	uint32_t lock = site->end & WAIT_END_RELEASE ? lock_table_find(site->object) : 0;

	if (lock)
		lock_waits_begin(&self->lock_waits, lock);
	return lock;
}

/* Enters the wait into the account of its lock, if that is one of those that are followed now. */
static void arrive(struct thread_wait *slot, const void *lock)
{
	struct waiters_note note = {
		.number = slot->lock,
		.shift = atomic_load_explicit(&record_knobs.lock_shift, memory_order_relaxed),
	};
	uint64_t now_ticks = note.shift ? clock_now_ticks() : 0;

	if (!note.shift || sampler_lock_keeps(lock, now_ticks, note.shift))
		waiters_arrive(lock, note, &slot->waiter);
	else
		slot->waiter.since_ticks = now_ticks;
}

/* Tells the others: those who release, those who wake. */
static void announce_wait(struct thread_wait *slot, const struct record_site *site)
{
	if ((site->end & WAIT_END_WAKE) && config.wakers)
		wakers_arrive(site->object, &slot->place);
	if ((site->end & WAIT_END_RELEASE) && atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed) != 0)
		arrive(slot, site->object);
	else
		slot->waiter.since_ticks = clock_now_ticks();
}

static uint32_t lock_of_wait(const struct record_wait *wait)
{
	return wait->site.end & WAIT_END_RELEASE ? wait->lock : 0;
}

static struct sample_key key_of_wait(const struct record_wait *wait)
{
	return (struct sample_key){.profile = PROFILE_BLOCK, .lock = lock_of_wait(wait)};
}

void record_wait_take_stack(struct thread *self, struct record_wait *wait)
{
	struct thread_wait *slot = &self->waits[wait->wait_index];

	wait->sample = record_sample_of(self, key_of_wait(wait), &wait->site);
	atomic_store_explicit(&slot->stack, thread_wait_stack(slot->sequence, sample_table_unit(wait->sample)),
			      memory_order_release); /* pairs with thread_wait_unit */
}

/* Of a process that has nobody else to do it. */
static inline void heed_wishes(void)
{
	if (__builtin_expect(wish_is_pending(), 0))
		(void)wish_grant_here();
}

bool record_wait_begin_slow(struct thread *self, struct record_wait *wait)
{
	struct thread_wait *slot;

	heed_wishes();
	record_wait_draw(self, wait);
	slot = enter_wait(self, wait);
	if (!slot) {
		losses_add(LOSS_REENTERED);
		return false;
	}
	wait->lock = slot->lock = find_lock(self, &wait->site);
	announce_wait(slot, &wait->site);
	wait->wait_index = self->wait_depth;
	wait->since_ticks = slot->waiter.since_ticks;
	thread_wait_publish(self, self->wait_depth + 1);
	if (record_wait_is_early(wait) || is_stack_wanted_by_waker(&wait->site, slot))
		record_wait_take_stack(self, wait);
	return true;
}

uint8_t record_delay_class_of(uint64_t delay_ticks)
{
	uint64_t ns_of_2_32_ticks = atomic_load_explicit(&record_knobs.ns_of_2_32_ticks, memory_order_relaxed);
	unsigned __int128 delay_ns = (unsigned __int128)delay_ticks * ns_of_2_32_ticks >> 32;

	return config.histogram ? sample_delay_class((uint64_t)delay_ns & INT64_MAX) : 0;
}

/* What was entered before the wait was entered without a file type: a descriptor is asked about when the call has shown
 * that it is one. */
static struct sample *sample_of_wait(struct thread *self, const struct record_wait *wait, uint8_t delay_class)
{
	enum file_type type = file_type_of(wait->site.file);
	struct sample_key key = wait->sample ? sample_key_of(wait->sample) : key_of_wait(wait);

	if (wait->sample && type == FILE_TYPE_NONE && !delay_class)
		return wait->sample;
	key.file_type = type;
	key.delay_class = delay_class;
	if (!wait->sample)
		return record_sample_of(self, key, &wait->site);
	return sample_table_find(&key);
}

static bool was_wait(enum wait_outcome outcome, uint64_t delay_ticks)
{
	if (outcome == WAIT_TRIED)
		return delay_ticks >= atomic_load_explicit(&record_knobs.answer_ticks, memory_order_relaxed);
	return outcome == WAIT_OVER || outcome == WAIT_GIVEN_UP;
}

/* Where the wait is in the thread's record; NULL: it was given up there, or this is a forked child and the record a new one. */
static struct thread_wait *slot_of_wait(struct thread *self, const struct record_wait *wait)
{
	return self->wait_depth > wait->wait_index ? &self->waits[wait->wait_index] : NULL;
}

/* Its stack may have become known meanwhile; the answer is not NULL if it may have been shown. */
static struct sample *shown_of_wait(const struct thread_wait *slot, struct record_wait *wait)
{
	uint32_t unit = thread_wait_unit(slot);

	if (unit == 0)
		return NULL;
	if (!wait->sample)
		wait->sample = sample_table_at(unit);
	return shown_sample(slot, atomic_load_explicit(&record_knobs.answer_ticks, memory_order_relaxed));
}

/* The wait, and those that were abandoned inside it. Answers with the sample of who woke it. */
static struct sample *leave_waits(struct thread *self, const struct record_wait *wait, bool is_woken,
				  uint64_t now_ticks)
{
	while (self->wait_depth > wait->wait_index + 1)
		abandon_wait(self, now_ticks);
	return leave_wait(self, &self->waits[wait->wait_index], now_ticks, is_woken);
}

static void keep_wait(struct sample *sample, const struct record_wait *wait, struct sample *waker, uint64_t delay_ticks)
{
	struct sample_weight weight = sampler_block_weight(delay_ticks, wait->rate_ticks);

	sample_add(sample, weight);
	sample_note_longest(sample, delay_ticks);
	if (waker)
		sample_add(waker, weight);
}

/* What was shown counts where it was shown: without a delay class, which nobody knew then. */
static void settle_wait(struct thread *self, const struct record_wait *wait, struct sample *shown, struct sample *waker,
			uint64_t delay_ticks)
{
	if (lock_of_wait(wait))
		lock_waits_end(&self->lock_waits, wait->lock, wait->site.object, wait->site.kind, delay_ticks);
	if (delay_ticks < wait->threshold_ticks || wait->rate_ticks == 0)
		return;
	thread_labels_count_lost(self);
	keep_wait(shown ? shown : sample_of_wait(self, wait, record_delay_class_of(delay_ticks)), wait, waker,
		  delay_ticks);
}

void record_wait_end_slow(struct thread *self, struct record_wait *wait, enum wait_outcome outcome, uint64_t now_ticks)
{
	uint64_t delay_ticks = clock_elapsed_ticks(wait->since_ticks, now_ticks);
	bool is_woken = outcome == WAIT_OVER || outcome == WAIT_AT_ONCE;
	const struct thread_wait *slot = slot_of_wait(self, wait);
	struct sample *waker = slot ? leave_waits(self, wait, is_woken, now_ticks) : NULL;
	struct sample *shown = slot ? shown_of_wait(slot, wait) : NULL;

	if (wait->wait_index == 0)
		self->waited_ticks[wait->site.kind] += delay_ticks;
	if (shown || was_wait(outcome, delay_ticks))
		settle_wait(self, wait, shown, waker, delay_ticks);
	if (slot)
		thread_wait_publish(self, wait->wait_index);
	heed_wishes();
}

void record_wake(struct thread *self, const struct record_site *site, unsigned waiters)
{
	wakers_wake(site->object, record_sample_of(self, (struct sample_key){.profile = PROFILE_WAKE}, site), waiters);
}
