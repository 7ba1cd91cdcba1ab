/* SPDX-License-Identifier: MIT */
/* What a release is charged with, and where: the part of record that only those who release need. */
#include "config.h"
#include "labels.h"
#include "lock_waiters.h"
#include "pairs.h"
#include "record.h"
#include "sampler.h"
#include "thread_labels.h"

/* While the lock is held: only where labels are used, and only for releases that are kept. */
static uint32_t labels_of_longest_waiter(const void *lock)
{
	struct lock_waiter longest;

	return lock_waiters_find_longest(lock, &longest) ? thread_labels_of(longest.record) : 0;
}

struct record_release record_release_begin(struct thread *self, const void *lock)
{
	uint32_t fraction = atomic_load_explicit(&record_knobs.fraction, memory_order_relaxed);
	struct record_release release = {.fraction = 0};

	release.charge_ticks = waiters_charge(lock, &release.lock);
	if (release.charge_ticks && fraction && sampler_mutex_keeps(&self->random, fraction)) {
		release.fraction = fraction;
		release.waiter_labels = labels_are_used() ? labels_of_longest_waiter(lock) : 0;
		if (config.pairs)
			release.pairs = pairs_find(&self->pairs, lock, &release.lock, release.charge_ticks);
	}
	return release;
}

void record_release_end(struct thread *self, struct record_release release, const struct record_site *site)
{
	uint64_t charge_ticks = release.charge_ticks >> release.lock.shift; /* of the one */
	struct sample_key key = {.profile = PROFILE_MUTEX,
				 .lock = release.lock.number,
				 .waiter_labels = release.waiter_labels,
				 .delay_class = record_delay_class_of(charge_ticks)};
	struct sample_weight weight;
	struct sample *sample;

	if (release.hold.sample)
		record_hold_add(self, release.hold);
	if (!release.fraction)
		return;
	thread_labels_count_lost(self);
	sample = record_sample_of(self, key, site);
	weight = sampler_mutex_weight(release.charge_ticks, release.fraction, release.lock.shift);
	sample_add(sample, weight);
	sample_note_longest(sample, charge_ticks);
	if (release.pairs)
		pairs_add(&self->pairs, release.pairs, sample, release.fraction, weight);
}
