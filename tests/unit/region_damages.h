/* SPDX-License-Identifier: MIT */
/* region_damages: the ways to break the copy of a region: region_damages.def, and those of them that take more than a word. Included by
 * the test program, once. */
#ifndef CONTEND_TESTS_REGION_DAMAGES_H
#define CONTEND_TESTS_REGION_DAMAGES_H

#include "frame.h"
#include "random.h"
#include "region_places.h"

static void monotonic_in_tsc(void)
{
	region->header.clock_source = CLOCK_SOURCE_MONOTONIC;
	region->header.started.ticks = region->header.started.monotonic_ns + 1;
}

static void same_thread_twice(void)
{
	record_of(region, find_record(1, 0))->tid = record_of(region, find_record(1, 1))->tid;
}

static void waits_for_nobodys_lock(void)
{
	struct thread *thread = at(AT_WAITING);
	uint32_t number = 0;

	while (model.region->locks.keys[number])
		number++;
	thread->waits[0].lock = number + 1;
}

static void same_start_twice(void)
{
	region->modules.entries[2].start = region->modules.entries[1].start;
}

static void same_path_twice(void)
{
	region->modules.entries[2].path_offset = region->modules.entries[1].path_offset;
}

static void module_before_is_free(void)
{
	memset(&region->modules.entries[1], 0, sizeof(region->modules.entries[1]));
}

/* Puts another rule in place of the first one, tied as it must be. */
static void replace_rule(uint64_t rule)
{
	_Atomic uint64_t(*words)[2] = region->frame_rules.words;
	uint64_t key;

	while (!(*words)[1])
		words++;
	key = (*words)[0] ^ (*words)[1] * FRAME_RULES_HASH;
	(*words)[1] = rule;
	(*words)[0] = key ^ rule * FRAME_RULES_HASH;
}

static void rule_that_cannot_be(void)
{
	replace_rule(FRAME_RULE_END | FRAME_RULE_CFA_FROM_BP);
}

static void rule_of_no_module(void)
{
	replace_rule(UINT64_C(900) << FRAME_RULE_MODULE_SHIFT | FRAME_RULE_END);
}

static void rule_of_pseudo_module(void)
{
	replace_rule((uint64_t)FRAME_MODULE_PSEUDO << FRAME_RULE_MODULE_SHIFT | FRAME_RULE_END);
}

static void garbled_rules(void)
{
	struct random random;

	random_seed(&random, 3, 3);
	for (int i = 0; i < 100; i++)
		region->frame_rules.words[random_below(&random, FRAME_RULES_LIMIT)][1] = random_bits(&random) | 1;
}

static void alias_slot(void)
{
	slots(region)[find_slot(PROFILE_BLOCK, WAIT_READ, false)] = slots(region)[cond_slot()];
}

/* A unit later the second frame lies where the depth of a sample does. */
static void slot_into_sample(void)
{
	struct sample *sample = at(AT_SAMPLE);

	slots(region)[find_slot(PROFILE_BLOCK, WAIT_READ, false)].unit = slots(region)[cond_slot()].unit + 1;
	sample->frames[1] = 1;
}

/* Into one that has lost its own slot. */
static void slot_into_unused_sample(void)
{
	struct sample *sample = at(AT_SAMPLE);

	slots(region)[cond_slot()].unit++;
	sample->frames[1] = 1;
}

/* Of the same key, in the first free slot behind the other. */
static void double_sample(void)
{
	uint32_t slot = cond_slot(), mask = layout.samples.slot_count - 1;
	const struct sample *sample = sample_of(region, slot);
	uint64_t offset = layout.samples.arena_offset + region->samples.arena_used_bytes;

	memcpy((char *)&region->samples + offset, sample, sample_bytes(sample->depth));
	region->samples.arena_used_bytes += sample_bytes(sample->depth);
	while (slots(region)[slot & mask].unit)
		slot++;
	slots(region)[slot & mask].unit = offset / SAMPLE_UNIT_BYTES;
}

static void move_slot(uint32_t slot, uint32_t distance)
{
	uint32_t mask = layout.samples.slot_count - 1, to = slot + distance;

	while (slots(region)[to & mask].unit)
		to++;
	slots(region)[to & mask] = slots(region)[slot];
	slots(region)[slot].unit = 0;
}

static void move_slot_a_little(void)
{
	move_slot(cond_slot(), 20);
}

static void move_slot_far(void)
{
	move_slot(cond_slot(), SAMPLE_PROBES);
}

static void labels_of_nobody(void)
{
	struct thread *record = at(AT_RECORD);

	record->tid = 0;
	record->labels = 1;
}

/* Behind a slot that is empty. */
static void move_label_slot(void)
{
	_Atomic uint32_t *slots = region->labels.slots;
	uint32_t from = 0;

	while (slots[from] == 0)
		from++;
	slots[(from + 2) % LABELS_SLOTS] = slots[from];
	slots[from] = 0;
}

static void overflow_without_loss(void)
{
	sample_of(region, find_slot(PROFILE_BLOCK, WAIT_SLEEP, false))->count = SAMPLER_COUNT_ONE;
}

static void class_without_histogram(void)
{
	struct sample *sample = at(AT_SAMPLE);

	sample->delay_class = 1;
}

/* The waiter's frames are a part of the releaser's stack then, which is too deep. */
static void waiter_becomes_code(void)
{
	region->header.depth = REAL_REGION_DEPTH / 2;
}

/* Nobody is left who was kept waiting. */
static void pair_is_torn(void)
{
	struct sample *pair = sample_of(region, find_slot(PROFILE_PAIRS, WAIT_MUTEX, true));
	uint16_t depth = 0;

	while (!frame_is_pseudo(pair->frames[depth], FRAME_BLOCKED))
		depth++;
	pair->depth = depth + 1;
}

static void lost_holds_without_rate(void)
{
	region->header.hold_rate = 0;
	region->losses.events[LOSS_HOLDS_LEFT] = 1;
}

static void holds_without_rate(void)
{
	region->header.hold_rate = 0;
}

static void wakes_without_profile(void)
{
	region->header.profiles &= ~(1u << PROFILE_WAKE);
	region->losses.events[LOSS_WAKERS_BUSY] = 1;
}

static void cuts_without_loss(void)
{
	memset(&region->losses, 0, sizeof(region->losses));
}

#define PSEUDO(which) ((uint64_t)FRAME_MODULE_PSEUDO << FRAME_ADDRESS_BITS | (which))

/* What is a bare word in its table, named for region_damages.def. */
struct lock_words {
	uint64_t pin, number, charged_to, counted;
};
struct lock_key_word {
	uint64_t key;
};

static const struct damage {
	enum region_check_state from; /* the first state in which it is wrong */
	const char *words;            /* of the line that says so */
	enum place place;
	size_t offset, bytes;
	bool is_added;
	uint64_t value;
	void (*other)(void); /* instead of all that */
} damages[] = {
#define CHANGE(state, words, place, type, member, is_added, value)                                                     \
	{REGION_CHECK_##state,        words,    AT_##place, offsetof(type, member),                                    \
	 sizeof(((type *)0)->member), is_added, value,      NULL},
#define SET(state, words, place, type, member, value) CHANGE(state, words, place, type, member, false, value)
#define ADD(state, words, place, type, member, value) CHANGE(state, words, place, type, member, true, value)
#define BY(state, words, function)                    {REGION_CHECK_##state, words, AT_REGION, 0, 0, false, 0, function},
#include "region_damages.def"
};

static void do_damage(const struct damage *damage)
{
	char *target = (char *)at(damage->place) + damage->offset;
	uint64_t word = 0;

	if (damage->other) {
		damage->other();
	} else if (damage->bytes > sizeof(word)) {
		memset(target, (int)damage->value, damage->bytes);
	} else {
		memcpy(&word, target, damage->bytes);
		word = damage->is_added ? word + damage->value : damage->value;
		memcpy(target, &word, damage->bytes);
	}
}

#endif
