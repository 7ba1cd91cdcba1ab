/* SPDX-License-Identifier: MIT */
/* The sample where a thread stands. */
#include <stddef.h>
#include <string.h>

#include "frame.h"
#include "losses.h"
#include "record.h"
#include "stack_replay.h"
#include "thread_labels.h"

/* Puts the first frames of a waiter behind the `depth` frames of who ends its wait; returns how many there are now. */
static unsigned append_waiter(uint64_t *frames, unsigned depth, const struct sample *waiter)
{
	unsigned count = waiter->depth < THREAD_EXTRA_FRAMES ? waiter->depth : THREAD_EXTRA_FRAMES - 1;

	if (depth + 1 + count > SAMPLE_DEPTH_LIMIT)
		return depth;
	frames[depth] = frame_make(FRAME_MODULE_PSEUDO, FRAME_WAITER);
	memcpy(&frames[depth + 1], waiter->frames, count * sizeof(*frames));
	return depth + 1 + count;
}

/* Puts the stack into the key: where it is kept, that of its sample; else it is walked into scratch. Answers with where it is kept, or may
 * be; NULL: nowhere. */
static struct stack_replay *take_stack(struct thread *self, const struct record_site *site, struct sample_key *key)
{
	struct stack_origin origin = stack_origin_of(site->frame_pointer);
	uint64_t leaf_address = site->leaf_address;
	struct stack_replay *place = stack_replay_find(thread_own.replays, origin, self->stack, leaf_address);

	if (place) {
		if (place->log.is_deep)
			losses_add(LOSS_STACK_DEEP);
		key->frames = sample_table_at(place->unit)->frames;
		key->depth = place->depth;
		return place;
	}
	place = stack_replay_begin(thread_own.replays, origin, self->stack, leaf_address);
	key->frames = self->frames;
	key->depth = stack_capture(origin, self->stack, leaf_address, self->frames, self->frame_limit,
				   place ? &place->log : NULL);
	if (place)
		stack_replay_end(thread_own.replays, place);
	return place;
}

/* A waiter's frames go behind a copy: the stack may be a sample's. */
static struct sample *find_with_waiter(struct thread *self, struct sample_key *key, const struct sample *waiter)
{
	if (key->frames != self->frames)
		memcpy(self->frames, key->frames, key->depth * sizeof(*key->frames));
	key->frames = self->frames;
	key->depth = append_waiter(self->frames, key->depth, waiter);
	return sample_table_find(key);
}

/* The sample where the calling thread stands; the key has what is known of it but for kind, labels and stack. */
struct sample *record_sample_of(struct thread *self, struct sample_key key, const struct record_site *site)
{
	struct stack_replay *place;
	struct sample *sample;
	unsigned depth;

	key.kind = site->kind;
	key.labels = thread_labels_of(self);
	place = take_stack(self, site, &key);
	if (place && place->unit && !site->waiter && sample_has_numbers(sample_table_at(place->unit), &key))
		return sample_table_at(place->unit);
	depth = key.depth;
	sample = site->waiter ? find_with_waiter(self, &key, site->waiter) : sample_table_find(&key);
	if (place && !sample_table_is_overflow(sample))
		stack_replay_keep(thread_own.replays, place, sample_table_unit(sample), depth);
	return sample;
}
