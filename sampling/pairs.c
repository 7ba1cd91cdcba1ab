/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "frame.h"
#include "lock_waiters.h"
#include "pairs.h"

/* A release whose charge is being divided. */
struct division {
	struct pairs *pairs;
	const struct waiters_note *note;
	uint64_t left_ticks; /* charged, of nobody yet */
};

/* What of the charge is this waiter's. None of those that came after it, whatever the clock of their CPU says. */
static uint64_t share_of(const struct division *division, const struct waiter *waiter)
{
	const struct waiters_note *note = division->note;
	uint64_t from_ticks = waiters_charged_until(waiter->since_ticks, note->last_charge);
	uint64_t share_ticks;

	if (waiter->lock != note->entry || (int64_t)(note->until_ticks - from_ticks) <= 0)
		return 0;
	share_ticks = (note->until_ticks - from_ticks) << note->shift;
	return share_ticks < division->left_ticks ? share_ticks : division->left_ticks;
}

/* The pair with that stack; NULL: there are too many. */
static struct pair *find_pair(struct pairs *pairs, uint32_t unit)
{
	uint32_t i = 0;

	while (i < pairs->count && pairs->pairs[i].unit != unit)
		i++;
	if (i == PAIRS_LIMIT)
		return NULL;
	if (i == pairs->count)
		pairs->pairs[pairs->count++] = (struct pair){.unit = unit};
	return &pairs->pairs[i];
}

static void divide(const struct lock_waiter *waiter, void *argument)
{
	struct division *division = argument;
	uint64_t share_ticks = share_of(division, &waiter->wait.waiter);
	uint32_t unit = thread_wait_unit(&waiter->wait);
	struct pair *pair = share_ticks && unit ? find_pair(division->pairs, unit) : NULL;

	if (!pair)
		return;
	pair->delay_ticks += share_ticks;
	pair->waiters++;
	division->left_ticks -= share_ticks;
}

uint32_t pairs_find(struct pairs *pairs, const void *lock, const struct waiters_note *note, uint64_t charge_ticks)
{
	struct division division = {.pairs = pairs, .note = note, .left_ticks = charge_ticks};

	pairs->number += pairs->number == UINT32_MAX ? 2 : 1;
	pairs->count = 0;
	lock_waiters_visit(lock, divide, &division);
	return pairs->number;
}

/* waiter NULL: of nobody that is known. */
static struct sample *pair_sample(const struct sample *holder, const struct sample *waiter)
{
	const uint64_t unseen = frame_make(FRAME_MODULE_PSEUDO, FRAME_UNSEEN);
	struct sample_key key = {
		.profile = PROFILE_PAIRS,
		.kind = holder->kind,
		.lock = holder->lock,
		.labels = holder->labels,
		.waiter_labels = waiter ? waiter->labels : 0,
		.depth = holder->depth,
		.frames = holder->frames,
		.tail_depth = waiter ? waiter->depth : 1,
		.tail = waiter ? waiter->frames : &unseen,
	};

	return sample_table_find(&key);
}

/* What is in a sample happened once at least. */
static void add(struct sample *sample, struct sample_weight weight)
{
	if (weight.count == 0 && sample_read(sample).count == 0)
		weight.count = SAMPLER_COUNT_ONE;
	sample_add(sample, weight);
}

void pairs_add(const struct pairs *pairs, uint32_t number, const struct sample *holder, uint32_t scale,
	       struct sample_weight whole)
{
	uint32_t count = pairs->number == number ? pairs->count : 0;
	uint64_t left_ticks = whole.delay_ticks;

	for (uint32_t i = 0; i < count; i++) {
		const struct pair *pair = &pairs->pairs[i];
		struct sample_weight weight = {.count = whole.count * pair->waiters,
					       .delay_ticks = pair->delay_ticks * scale};

		add(pair_sample(holder, sample_table_at(pair->unit)), weight);
		left_ticks -= weight.delay_ticks;
	}
	if (left_ticks)
		add(pair_sample(holder, NULL), (struct sample_weight){.count = whole.count, .delay_ticks = left_ticks});
}
