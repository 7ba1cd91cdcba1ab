/* SPDX-License-Identifier: MIT */
/* Goal: no damage makes the check fault.
 * limit: 90
 */
#include "checked_region.h"
#include "random.h"

enum { MUTATIONS = 3000, RANDOM_REGIONS = 20 };

static void check_all_states(size_t bytes)
{
	struct region_check_summary summary;

	for (int state = REGION_CHECK_LIVE; state <= REGION_CHECK_REST; state++) {
		lines.bytes = 0;
		region_check(region, bytes, state, keep_line, NULL, &summary);
	}
}

/* Anywhere, but mostly where there is something. */
static size_t damage_offset(struct random *random)
{
	const struct {
		size_t offset, bytes;
	} parts[] = {
		{0, model.bytes},
		{0, offsetof(struct region_header, program)},
		{offsetof(struct region, losses), sizeof(struct losses)},
		{offsetof(struct region, modules), 10 * sizeof(struct module)},
		{offsetof(struct region, waiters), sizeof(struct waiters)},
		{offsetof(struct region, locks), sizeof(struct lock_table)},
		{offsetof(struct region, frame_rules), sizeof(struct frame_rules)},
		{offsetof(struct region, threads), sizeof(struct thread_table)},
		{layout.records_begin, (size_t)6 * layout.threads.stride_bytes},
		{offsetof(struct region, samples), sizeof(struct sample_table)},
		{offsetof(struct region, samples) + layout.samples.slots_offset, layout.samples.slot_count * 4},
		{layout.arena_begin, model.region->samples.arena_used_bytes},
	};
	size_t part = random_below(random, sizeof(parts) / sizeof(parts[0]));

	return parts[part].offset + random_below(random, parts[part].bytes);
}

/* Some bytes become others, ones, or what lies elsewhere in the region. */
static void damage_at_random(struct random *random)
{
	for (unsigned places = 1 + random_below(random, 8); places > 0; places--) {
		size_t offset = damage_offset(random), from = damage_offset(random);
		size_t bytes = 1 + random_below(random, 16);

		for (; bytes > 0 && offset < model.bytes && from < model.bytes; bytes--, offset++, from++)
			((char *)region)[offset] = places % 3 == 0   ? (char)random_bits(random)
						   : places % 3 == 1 ? (char)0xff
								     : ((char *)model.region)[from];
	}
}

static void survives_damage(void)
{
	unsigned found = 0;
	struct random random;

	random_seed(&random, 5, 1);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		damage_at_random(&random);
		found += check_as((enum region_check_state)(i % 3), NULL) != 0;
		if (i % 4 == 0) /* else it adds up */
			put_right();
	}
	put_right();
	ok(found > MUTATIONS / 2 && found < MUTATIONS, "%d damaged regions, %u of them found", MUTATIONS, found);
	is_u64(check_as(REGION_CHECK_REST, NULL), 0, "all is put right again");
}

static void survives_anything(void)
{
	const struct region_header *header = &model.region->header;
	struct random random;

	random_seed(&random, 6, 1);
	for (unsigned i = 0; i < RANDOM_REGIONS; i++) {
		for (size_t word = 0; word < model.bytes / sizeof(uint64_t); word++)
			((uint64_t *)region)[word] = random_bits(&random) & (i % 2 ? UINT64_MAX : 0xffff);
		region->header.magic = header->magic;
		region->header.version = header->version;
		region->header.bytes = header->bytes;
		region->header.depth = i % 4 ? header->depth : SAMPLE_DEPTH_LIMIT;
		check_all_states(model.bytes);
	}
	ok(lines.bytes > 0, "%d regions of anything", RANDOM_REGIONS);
	put_right();
	check_all_states(0);
	check_all_states(model.bytes - 4096);
	check_all_states(4096);
	ok(says("too small"), "regions that are too small");
}

int main(void)
{
	checked_region_begin();
	survives_damage();
	survives_anything();
	checked_region_end();
	return done();
}
