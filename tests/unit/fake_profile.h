/* SPDX-License-Identifier: MIT */
/* fake_profile: profiles of a region (fake_region.h) that has what can be told in a profile. Included by the test program, once. */
#ifndef CONTEND_TESTS_FAKE_PROFILE_H
#define CONTEND_TESTS_FAKE_PROFILE_H

#include "arena.h"
#include "check.h"
#include "fake_region.h"
#include "heap.h"
#include "pprof.h"
#include "profile_file.h"
#include "snapshot.h"
#include "symbols.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;

static const uint64_t stack_a[] = {((uint64_t)2 << 48) + 0x7f0000001000, ((uint64_t)3 << 48) + 0x401234,
				   ((uint64_t)3 << 48) + 0x401300};
/* The same stack, through the number that the library had before it was unloaded and loaded again. */
static const uint64_t stack_a_again[] = {((uint64_t)1 << 48) + 0x7f0000001000, ((uint64_t)3 << 48) + 0x401234,
					 ((uint64_t)3 << 48) + 0x401300};
static const uint64_t stack_b[] = {((uint64_t)2 << 48) + 0x7f0000002000, ((uint64_t)3 << 48) + 0x401300, 0x123456,
				   (uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_TRUNCATED};
static const uint64_t overflow[] = {(uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_OVERFLOW};

static struct region *new_region(void)
{
	struct region *region = fake_region_new();

	fake_region_module(region, 1, 0x7f0000000000, 0x100000,
			   "/lib/lib\xff"
			   "fake.so");
	fake_region_module(region, 2, 0x7f0000000000, 0x100000,
			   "/lib/lib\xff"
			   "fake.so");
	fake_region_module(region, 3, 0x401000, 0x10000, "/usr/bin/fake");
	region->modules.entries[3].build_id_bytes = 3;
	memcpy(region->modules.entries[3].build_id, "\x0a\xbc\x00", 3);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_a, 3, 10, 3000);
	fake_region_sample(PROFILE_MUTEX, WAIT_COND, stack_a, 3, 1, 100);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_a_again, 3, 5, 1000);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, stack_b, 4, 7, 700);
	fake_region_sample(PROFILE_BLOCK, WAIT_MUTEX, stack_a, 3, 2, 20);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, stack_a, 3, 3, 30);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, stack_a_again, 3, 4, 40);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, overflow, 1, 1, 50);
	region->losses.events[LOSS_STACK_DEEP] = 12;
	thread_table_at(&region->threads, 0)->meter.own_ticks = 5000;
	thread_table_at(&region->threads, 0)->meter.own_calls = 70;
	region->governor.limit_ppm = 12500;
	region->governor.changes = GOVERNOR_CHANGES + 2; /* the first two are forgotten */
	region->governor.last[1] = (struct governor_change){.since_ticks = region->header.started.ticks + 7000000,
							    .rate_ns = 2000000,
							    .fraction = 10,
							    .lock_shift = 3,
							    .overhead_ppm = 15099};
	return region;
}

/* A profile of the region, packed and unpacked again. */
static Profile *written_and_read(const struct region *region, enum profile which)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot;
	struct symbols *symbols;
	struct arena arena = {0};
	Profile *built, *read = NULL;
	uint8_t *bytes;
	size_t count;

	moment.cpu_ns = 200000;
	if (snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) || symbols_resolve(snapshot, "", &symbols))
		abort();
	is_u64(pprof_build(snapshot, symbols, which, &arena, &built), 0, "profile %u is built", which);
	is_u64(profile_file_pack(built, &bytes, &count), 0, "and packed");
	is_u64(profile_file_unpack(bytes, count, PROFILE_FILE_LIMITS, &read), 0, "and is a valid profile");
	heap_free(bytes);
	arena_free(&arena);
	symbols_free(symbols);
	snapshot_drop(snapshot);
	return read;
}

__attribute__((unused)) static const char *text(const Profile *profile, int64_t number)
{
	return profile->string_table[number];
}

#endif
