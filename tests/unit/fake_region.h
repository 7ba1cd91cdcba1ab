/* SPDX-License-Identifier: MIT */
/* fake_region: a region of a made-up process, for tests of its readers. Included by the test program, once. */
#ifndef CONTEND_TESTS_FAKE_REGION_H
#define CONTEND_TESTS_FAKE_REGION_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "region.h"
#include "region_layout.h"

enum { FAKE_REGION_BYTES = 4 << 20, FAKE_DEPTH = 8, FAKE_TICKS_PER_NS = 2 };

/* A process that started a second ago, its TSC two ticks a nanosecond. Freed with free. */
static struct region *fake_region_new(void)
{
	struct region *region = aligned_alloc(4096, FAKE_REGION_BYTES);
	struct region_layout layout = region_layout_of(FAKE_REGION_BYTES, FAKE_DEPTH);
	struct region_header *header = &region->header;

	memset(region, 0, FAKE_REGION_BYTES);
	header->version = REGION_VERSION;
	header->pid = 4711;
	header->bytes = FAKE_REGION_BYTES;
	header->boot_id[0] = 1;
	header->started_wall_ns = INT64_C(1700000000000000000);
	header->clock_source = CLOCK_SOURCE_COUNTER;
	header->depth = FAKE_DEPTH;
	header->profiles = (1u << PROFILE_COUNT) - 1;
	header->started = (struct clock_anchor){.ticks = 1000, .monotonic_ns = 5000};
	header->early = (struct clock_anchor){.ticks = 1000 + 4000, .monotonic_ns = 5000 + 1000};
	header->mutex_fraction = 5;
	header->block_rate_ns = 1000000;
	strcpy(header->program, "/usr/bin/fake");
	strcpy(header->directory, "/nonexistent");
	strcpy(header->out, "contend.%e.%p.%n");
	losses_init(&region->losses);
	region->samples = layout.samples;
	sample_table_init(&region->samples, region->samples.arena_limit_bytes);
	region->threads = layout.threads;
	region->threads.reserved = region->threads.limit;
	region->threads.used = region->threads.limit;
	region->header.magic = REGION_MAGIC;
	return region;
}

/* Enters an object at number `number`: [start, start + bytes), its own addresses counted from 0. */
__attribute__((unused)) static void fake_region_module(struct region *region, uint32_t number, uint64_t start,
						       uint64_t bytes, const char *path)
{
	struct module *module = &region->modules.entries[number];

	module->start = start;
	module->limit = start + bytes;
	module->load_bias = start;
	module->path_offset = region->modules.string_bytes;
	module->path_bytes = strlen(path);
	memcpy(region->modules.strings + module->path_offset, path, module->path_bytes);
	region->modules.string_bytes += module->path_bytes;
	module->ready = 1;
}

/* Adds `events` events of `delay_ns` together to the sample of that key, and answers with it. */
__attribute__((unused)) static struct sample *fake_region_add(const struct sample_key *key, double events,
							      uint64_t delay_ns)
{
	struct sample *sample = sample_table_find(key);

	sample_add(sample, (struct sample_weight){.count = (uint64_t)(events * SAMPLER_COUNT_ONE),
						  .delay_ticks = delay_ns * FAKE_TICKS_PER_NS});
	return sample;
}

/* The same for a wait that is for no descriptor, or a release. */
__attribute__((unused)) static void fake_region_sample(enum profile profile, enum wait_kind kind,
						       const uint64_t *frames, unsigned depth, double events,
						       uint64_t delay_ns)
{
	struct sample_key key = {.profile = profile, .kind = kind, .depth = depth, .frames = frames};

	fake_region_add(&key, events, delay_ns);
}

/* The same for a wait for a descriptor of that type. */
__attribute__((unused)) static struct sample *fake_region_io(enum wait_kind kind, enum file_type type,
							     const uint64_t *frames, unsigned depth, double events,
							     uint64_t delay_ns)
{
	struct sample_key key = {
		.profile = PROFILE_BLOCK, .kind = kind, .file_type = type, .depth = depth, .frames = frames};

	return fake_region_add(&key, events, delay_ns);
}

/* Two ticks a nanosecond, one second after the start, on the same boot. */
#define FAKE_MOMENT                                                                                                    \
	((struct snapshot_moment){                                                                                     \
		.boot_id = {1, 0},                                                                                     \
		.clock_source = CLOCK_SOURCE_COUNTER,                                                                  \
		.anchor = {.ticks = 1000 + 2000000000, .monotonic_ns = 5000 + 1000000000},                             \
		.wall_ns = INT64_C(1700000001000000000),                                                               \
	})

#endif
