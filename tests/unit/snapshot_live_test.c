/* SPDX-License-Identifier: MIT */
/* Goal: a region that goes on being filled gives whole samples, and all that were there, in place and from its file. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "fake_region.h"
#include "heap.h"
#include "region_file.h"
#include "snapshot.h"

enum { LIVE_READS = 30, OLD_STACKS = 300, NEW_STACKS = 4000, ARRIVAL_ROUNDS = 10 };

static _Atomic bool is_over;

/* Adds events of one ms to 500 samples, so that in every one delay = count * 1 ms at any instant. */
static void *record(void *unused)
{
	for (uint64_t i = 0; !atomic_load_explicit(&is_over, memory_order_relaxed); i++) {
		uint64_t frame = frame_make(1, 0x401000 + i % 500);

		fake_region_sample(PROFILE_BLOCK, WAIT_COND, &frame, 1, 1, 1000000);
	}
	return unused;
}

static unsigned inconsistent(const struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot;
	unsigned wrong = 0;

	if (snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) != 0)
		return 1000000;
	for (size_t i = 0; i < snapshot->sample_count; i++)
		wrong += snapshot->samples[i].delay_ns != snapshot->samples[i].count * 1000000;
	snapshot_drop(snapshot);
	return wrong;
}

/* A region in a shared file that a thread goes on filling. */
static void check_live(void)
{
	struct region *model = fake_region_new(), *region;
	struct region_file file;
	unsigned wrong_in_place = 0, wrong_from_file = 0;
	pthread_t recorder;
	int descriptor;

	fake_region_module(model, 1, 0x401000, 0x10000, "/usr/bin/fake");
	descriptor = open("live", O_CREAT | O_RDWR, 0600);
	if (ftruncate(descriptor, FAKE_REGION_BYTES))
		abort();
	region = mmap(NULL, FAKE_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
	memcpy(region, model, FAKE_REGION_BYTES);
	sample_table_init(&region->samples, region->samples.arena_limit_bytes);
	pthread_create(&recorder, NULL, record, NULL);
	for (int i = 0; i < LIVE_READS; i++) {
		wrong_in_place += inconsistent(region);
		if (region_file_read("live", &file))
			abort();
		wrong_from_file += inconsistent(file.region);
		region_file_free(&file);
	}
	atomic_store(&is_over, true);
	pthread_join(recorder, NULL);
	is_u64(wrong_in_place, 0, "samples of a region in use are pairs of one instant");
	is_u64(wrong_from_file, 0, "also when read from its file");
	munmap(region, FAKE_REGION_BYTES);
	close(descriptor);
	free(model);
}

static void *arrive(void *unused)
{
	for (uint64_t i = 0; i < NEW_STACKS; i++) {
		uint64_t frame = frame_make(1, 0x401000 + i);

		fake_region_sample(PROFILE_BLOCK, WAIT_COND, &frame, 1, 1, 10);
	}
	atomic_store_explicit(&is_over, true, memory_order_relaxed);
	return unused;
}

/* Samples of that depth that a snapshot goes without. */
static unsigned missing(const struct region *region, unsigned depth, unsigned expected)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot;

	if (snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot) != 0)
		return expected;
	for (size_t i = 0; i < snapshot->sample_count; i++)
		expected -= snapshot->samples[i].depth == depth;
	snapshot_drop(snapshot);
	return expected;
}

/* Stacks that come while a snapshot is taken take nobody's place in it. */
static void check_arrivals(void)
{
	unsigned gone = 0;

	for (int round = 0; round < ARRIVAL_ROUNDS; round++) {
		struct region *region = fake_region_new();
		pthread_t arriving;

		for (uint64_t i = 0; i < OLD_STACKS; i++) {
			uint64_t pair[] = {frame_make(1, 0x401000 + i), frame_make(1, 0x402000)};

			fake_region_sample(PROFILE_BLOCK, WAIT_COND, pair, 2, 1, 10);
		}
		atomic_store_explicit(&is_over, false, memory_order_relaxed);
		pthread_create(&arriving, NULL, arrive, NULL);
		while (!atomic_load_explicit(&is_over, memory_order_relaxed))
			gone += missing(region, 2, OLD_STACKS);
		pthread_join(arriving, NULL);
		free(region);
	}
	is_u64(gone, 0, "what was there before a snapshot is in it, whatever comes meanwhile");
}

int main(void)
{
	check_live();
	check_arrivals();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
