/* SPDX-License-Identifier: MIT */
/* How long locks are held: the part of record that is called only with CONTEND_HOLD_RATE. */
#include "config.h"
#include "record.h"
#include "thread_labels.h"

static struct sample *sample_of_hold(struct thread *self, const struct record_site *site)
{
	struct sample_key key = {.profile = PROFILE_HOLD, .lock = lock_table_find(site->object)};

	return record_sample_of(self, key, site);
}

struct sample *record_hold_prepare(struct thread *self, const struct record_site *site)
{
	return thread_own.hold_skip == 0 ? sample_of_hold(self, site) : NULL;
}

void record_hold_begin(struct thread *self, const struct record_site *site, struct sample *sample)
{
	bool is_timed = thread_own.hold_skip == 0;

	holds_taken(&self->holds, site->object, site->kind, is_timed);
	if (!is_timed) {
		thread_own.hold_skip--;
		return;
	}
	thread_own.hold_skip = holds_draw(&self->holds, &self->random, (uint32_t)config.hold_rate);
	if (!sample)
		sample = sample_of_hold(self, site);
	holds_begin(&self->holds, site->object, site->kind, sample_table_unit(sample));
}

void record_hold_end(struct thread *self, const void *lock, enum wait_kind kind, struct record_release *release)
{
	release->hold = holds_end(&self->holds, lock, kind);
}

/* The stack and the lock are those of the acquisition; how long it was is known now. */
void record_hold_add(struct thread *self, struct hold_end end)
{
	struct sample *sample = sample_table_at(end.sample);
	uint8_t delay_class = record_delay_class_of(end.held_ticks);

	if (delay_class) {
		struct sample_key key = sample_key_of(sample);

		key.delay_class = delay_class;
		sample = sample_table_find(&key);
	}
	thread_labels_count_lost(self);
	sample_add(sample, sampler_mutex_weight(end.held_ticks, (uint32_t)config.hold_rate, 0));
	sample_note_longest(sample, end.held_ticks);
}
