/* SPDX-License-Identifier: MIT */
/* Goal: of a damaged region a snapshot is an error or fewer data, never a fault. */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "heap.h"
#include "random.h"
#include "snapshot_fixture.h"

enum { MUTATIONS = 4000 };

static void check_deep_aliases(struct region *region)
{
	size_t slots_bytes = region->samples.slot_count * sizeof(uint32_t);
	uint32_t *slots = (uint32_t *)((char *)&region->samples + region->samples.slots_offset);
	uint32_t *saved = malloc(slots_bytes);
	struct sample *deep;
	uint32_t any = 0;

	memcpy(saved, slots, slots_bytes);
	for (uint32_t i = 0; i < region->samples.slot_count; i++)
		any = slots[i] ? slots[i] : any;
	for (uint32_t i = 0; i < region->samples.slot_count; i++)
		slots[i] = any;
	deep = (struct sample *)((char *)&region->samples + any * UINT64_C(16));
	deep->depth += 1000;
	deep->count += SAMPLER_COUNT_ONE;
	is_u64(-take(region, FAKE_REGION_BYTES), EBADMSG,
	       "all slots lead to one deep sample: more than a region can hold");
	deep->depth -= 1000;
	deep->count -= SAMPLER_COUNT_ONE;
	memcpy(slots, saved, slots_bytes);
	free(saved);
}

/* Where the words are that a reader believes, or should not. */
static size_t damage_offset(const struct region *region, struct random *random)
{
	static const size_t tables[] = {offsetof(struct region, header), offsetof(struct region, modules) + 128,
					offsetof(struct region, threads), offsetof(struct region, samples)};
	static const size_t bytes[] = {sizeof(struct region_header) - 3 * REGION_PATH_BYTES, 300,
				       sizeof(struct thread_table), sizeof(struct sample_table)};
	unsigned table = random_below(random, 6);

	if (table == 4)
		return offsetof(struct region, samples) + region->samples.slots_offset +
		       random_below(random, region->samples.slot_count * 4);
	if (table == 5)
		return offsetof(struct region, samples) + region->samples.arena_offset + random_below(random, 500);
	return tables[table] + random_below(random, bytes[table]);
}

/* Overwrites three words: one byte of each, or all with ones, or all with anything. Undone in the opposite order. */
struct damage {
	size_t places[3];
	uint8_t saved[3][4];
};

static void damage(struct region *region, struct random *random, unsigned kind, struct damage *out_damage)
{
	uint8_t *bytes = (uint8_t *)region;

	for (int i = 0; i < 3; i++)
		out_damage->places[i] = damage_offset(region, random) & ~(size_t)3;
	for (int i = 0; i < 3; i++) {
		uint8_t *word = bytes + out_damage->places[i];

		memcpy(out_damage->saved[i], word, 4);
		for (int j = 0; j < 4; j++)
			if (kind != 0 || j == i)
				word[j] = kind == 1 ? 0xff : random_bits(random);
	}
}

static void undo(struct region *region, const struct damage *damage)
{
	for (int i = 2; i >= 0; i--)
		memcpy((uint8_t *)region + damage->places[i], damage->saved[i], 4);
}

static void check_damage(struct region *region)
{
	unsigned refused = 0, strange = 0;
	struct random random;
	struct damage damaged;

	random_seed(&random, 9, 1);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		int error;

		damage(region, &random, i % 3, &damaged);
		error = take(region, FAKE_REGION_BYTES);
		undo(region, &damaged);
		refused += error != 0;
		strange += error && error != -EBADMSG && error != -EPROTO && error != -ENODATA;
	}
	is_u64(strange, 0, "%d damaged regions: an error of the contract or none", MUTATIONS);
	ok(refused > 0 && refused < MUTATIONS, "%u of them are refused", refused);
	is_u64(-take(region, FAKE_REGION_BYTES), 0, "all is put right again");
}

int main(void)
{
	struct region *region = new_region();

	check_deep_aliases(region);
	check_damage(region);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	return done();
}
