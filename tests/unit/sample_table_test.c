/* SPDX-License-Identifier: MIT */
/* Goal: a sample is found again by its key and by no other; its pair is read whole; a full table loses nothing silently. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frame.h"
#include "losses.h"
#include "sample_table.h"

enum { TABLE_BYTES = 1 << 20, THREADS = 8, STACKS = 500, ROUNDS = 20000 };

static _Alignas(64) char memory[TABLE_BYTES];
static struct sample_table *const table = (struct sample_table *)memory;
static struct losses losses;

/* reserved_bytes 0: all of the arena. */
static void start_afresh(uint64_t reserved_bytes)
{
	memset(memory, 0, sizeof(memory));
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	sample_table_layout(table, TABLE_BYTES);
	sample_table_init(table, reserved_bytes ? reserved_bytes : table->arena_limit_bytes);
}

static struct sample *find(enum profile profile, enum wait_kind kind, uint64_t seed, unsigned depth)
{
	uint64_t frames[SAMPLE_DEPTH_LIMIT];

	for (unsigned i = 0; i < depth; i++)
		frames[i] = frame_make(1 + i % 3, seed * 64 + i);
	return sample_table_find(
		&(struct sample_key){.profile = profile, .kind = kind, .depth = depth, .frames = frames});
}

static bool is_overflow(const struct sample *sample)
{
	return sample->depth == 1 && sample->frames[0] == frame_make(FRAME_MODULE_PSEUDO, FRAME_OVERFLOW);
}

static uint64_t total(uint64_t *out_delay_ticks)
{
	uint64_t count = 0;

	*out_delay_ticks = 0;
	for (uint32_t slot = 0; slot < table->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(table, TABLE_BYTES, slot);
		struct sample_weight weight = sample ? sample_read(sample) : (struct sample_weight){0};

		count += weight.count;
		*out_delay_ticks += weight.delay_ticks;
	}
	return count;
}

/* Keys that differ in one number lead to different samples, which say what they are about. */
static void numbers_are_told_apart(const struct sample *model)
{
	struct sample_key keys[6];
	struct sample *found[6];

	for (int i = 0; i < 6; i++)
		keys[i] = sample_key_of(model);
	keys[1].file_type = FILE_TYPE_PIPE;
	keys[2].lock = 1;
	keys[3].labels = 1;
	keys[4].waiter_labels = 1;
	keys[5].delay_class = 1;
	for (int i = 0; i < 6; i++) {
		found[i] = sample_table_find(&keys[i]);
		for (int other = 0; other < i; other++)
			ok(found[i] != found[other], "key %d is not key %d", i, other);
	}
	ok(found[0] == model, "a sample's own key finds it");
	ok(found[1]->file_type == FILE_TYPE_PIPE && found[2]->lock == 1 && found[3]->labels == 1 &&
		   found[4]->waiter_labels == 1 && found[5]->delay_class == 1,
	   "each knows its number");
	ok(sample_table_find(&keys[4]) == found[4], "and is found again");
}

static void delay_classes_are_powers(void)
{
	ok(sample_delay_class(0) == 1 && sample_delay_class(1) == 1, "the first class is of 1 ns");
	for (int bit = 1; bit < SAMPLE_DELAY_CLASS_LIMIT; bit++) {
		uint64_t power = UINT64_C(1) << bit;

		ok(sample_delay_class(power - 1) == bit && sample_delay_class(power) == bit + 1 &&
			   sample_delay_class_ns((uint8_t)(bit + 1)) == (int64_t)power,
		   "a class begins at 2^%d ns", bit);
	}
	is_u64(sample_delay_class(INT64_MAX), SAMPLE_DELAY_CLASS_LIMIT, "the longest there is");
}

static void keys_are_told_apart(void)
{
	struct sample *sample;

	start_afresh(0);
	sample = find(PROFILE_BLOCK, WAIT_MUTEX, 7, 20);
	ok(find(PROFILE_BLOCK, WAIT_MUTEX, 7, 20) == sample, "the same key finds the same sample");
	ok(find(PROFILE_MUTEX, WAIT_MUTEX, 7, 20) != sample, "another profile is another sample");
	ok(find(PROFILE_BLOCK, WAIT_COND, 7, 20) != sample, "another kind is another sample");
	ok(find(PROFILE_BLOCK, WAIT_MUTEX, 7, 19) != sample, "a shorter stack is another sample");
	ok(find(PROFILE_BLOCK, WAIT_MUTEX, 8, 20) != sample, "another stack is another sample");
	numbers_are_told_apart(sample);
	ok(find(PROFILE_BLOCK, WAIT_MUTEX, 7, SAMPLE_DEPTH_LIMIT)->depth == SAMPLE_DEPTH_LIMIT,
	   "the deepest stack fits");
	is_u64(atomic_load(&losses.events[LOSS_SAMPLES_FULL]), 0, "nothing was lost");
}

static void full_table_says_so(void)
{
	struct sample *last = NULL;
	uint64_t entered = 0, delay_ticks;

	start_afresh(16 * 1024);
	while (!is_overflow(last = find(PROFILE_MUTEX, WAIT_MUTEX, entered, 20)))
		entered++;
	ok(entered > 30, "%lu stacks of 20 frames fit into 16 KiB", (unsigned long)entered);
	is_u64(atomic_load(&losses.events[LOSS_SAMPLES_FULL]), 1, "the one too many is counted");
	is_u64(last->profile, PROFILE_MUTEX, "and charged to the overflow sample of its profile");
	ok(find(PROFILE_BLOCK, WAIT_COND, entered, 20)->kind == WAIT_COND, "each kind has an overflow sample");
	sample_add(last, (struct sample_weight){.count = 5, .delay_ticks = 70});
	is_u64(total(&delay_ticks), 5, "what is charged to it is in the table's total");
	is_u64(delay_ticks, 70, "with its delay");
	sample_table_reserve(table->arena_limit_bytes);
	ok(!is_overflow(find(PROFILE_MUTEX, WAIT_MUTEX, entered, 20)), "more memory makes room again");
}

static unsigned growths;

static bool grow_twice(void)
{
	if (growths == 2)
		return false;
	growths++;
	sample_table_reserve(16 * 1024 * (growths + 1));
	return true;
}

static void more_is_asked_for(void)
{
	uint64_t entered = 0, fits;

	start_afresh(16 * 1024);
	while (!is_overflow(find(PROFILE_MUTEX, WAIT_MUTEX, entered, 20)))
		entered++;
	fits = entered;
	start_afresh(16 * 1024);
	sample_table_on_full = grow_twice;
	for (entered = 0; !is_overflow(find(PROFILE_MUTEX, WAIT_MUTEX, entered, 20));)
		entered++;
	sample_table_on_full = NULL;
	is_u64(growths, 2, "a table that is full asks for more, as often as there is more");
	ok(entered > 5 * fits / 2, "and holds it: %lu stacks for %lu", (unsigned long)entered, (unsigned long)fits);
	is_u64(atomic_load(&losses.events[LOSS_SAMPLES_FULL]), 1, "only the last is lost");
}

/* Every weight has a delay of three times its count: so must every pair that is read. */
static _Atomic unsigned writers_left;

static bool all_pairs_are_whole(void)
{
	for (uint32_t slot = 0; slot < table->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(table, TABLE_BYTES, slot);
		struct sample_weight weight = sample ? sample_read(sample) : (struct sample_weight){0};

		if (weight.delay_ticks != 3 * weight.count)
			return false;
	}
	return true;
}

static void write_or_read(unsigned number, void *all_whole)
{
	if (number == THREADS - 1) {
		while (atomic_load(&writers_left))
			if (!all_pairs_are_whole())
				*(_Atomic bool *)all_whole = false;
		return;
	}
	for (unsigned round = 0; round < ROUNDS; round++)
		sample_add(find(PROFILE_BLOCK, WAIT_MUTEX, (round * 7 + number) % STACKS, 12),
			   (struct sample_weight){.count = 1 + round % 5, .delay_ticks = 3 * (1 + round % 5)});
	atomic_fetch_sub(&writers_left, 1);
}

static void many_threads_lose_nothing(void)
{
	_Atomic bool all_whole = true;
	uint64_t delay_ticks, count, samples = 0;

	start_afresh(0);
	atomic_store(&writers_left, THREADS - 1);
	t_run(THREADS, write_or_read, &all_whole);
	ok(atomic_load(&all_whole), "a reader saw only whole pairs meanwhile");
	count = total(&delay_ticks);
	is_u64(count, (uint64_t)(THREADS - 1) * ROUNDS * 3, "the counts of all threads add up");
	is_u64(delay_ticks, (uint64_t)(THREADS - 1) * ROUNDS * 9, "and the delays");
	for (uint32_t slot = 0; slot < table->slot_count; slot++)
		if (sample_table_slot(table, TABLE_BYTES, slot))
			samples++;
	is_u64(samples, STACKS + PROFILE_COUNT * WAIT_KIND_COUNT, "each stack was entered once");
	is_u64(atomic_load(&losses.events[LOSS_SAMPLES_FULL]), 0, "nothing was lost");
}

/* A table that is damaged in any way leads the reader to samples inside it, or to none. */
static void damage_is_survived(void)
{
	srand(1);
	for (int round = 0; round < 200; round++) {
		start_afresh(64 * 1024);
		for (unsigned i = 0; i < 50; i++)
			find(PROFILE_BLOCK, WAIT_MUTEX, i, 8);
		for (int i = 0; i < 2000; i++)
			memory[sizeof(*table) + rand() % (TABLE_BYTES - (int)sizeof(*table))] = (char)rand();
		for (uint32_t slot = 0; slot < table->slot_count; slot++) {
			const struct sample *sample = sample_table_slot(table, TABLE_BYTES, slot);

			if (sample && (const char *)&sample->frames[sample->depth] > memory + TABLE_BYTES) {
				ok(false, "round %d: a sample ends outside the table", round);
				return;
			}
		}
	}
	ok(true, "200 damaged tables never lead outside");
}

int main(void)
{
	keys_are_told_apart();
	delay_classes_are_powers();
	full_table_says_so();
	more_is_asked_for();
	many_threads_lose_nothing();
	damage_is_survived();
	return done();
}
