/* SPDX-License-Identifier: MIT */
/* snapshot_fixture: a region (fake_region.h) with a sample of every sort that a snapshot treats in a way of its own. Included by the test
 * program, once. */
#ifndef CONTEND_TESTS_SNAPSHOT_FIXTURE_H
#define CONTEND_TESTS_SNAPSHOT_FIXTURE_H

#include <fcntl.h>
#include <unistd.h>

#include "fake_region.h"
#include "snapshot.h"

static const uint64_t frames[] = {
	((uint64_t)1 << 48) + 0x401234,
	((uint64_t)2 << 48) + 0x7f0000001000,
	(uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_TRUNCATED,
	((uint64_t)3 << 48) + 0x5000,         /* no such module */
	((uint64_t)2 << 48) + 0x7f0000900000, /* outside of its module */
	(uint64_t)FRAME_MODULE_PSEUDO << 48 | 99,
};
static const uint64_t wake_frames[] = {
	((uint64_t)1 << 48) + 0x401234, (uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_WAITER,
	((uint64_t)2 << 48) + 0x7f0000001000, ((uint64_t)3 << 48) + 0x5000, /* no such module */
};

static const uint64_t pair_frames[] = {
	((uint64_t)1 << 48) + 0x401234,
	(uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_WAITER,
	((uint64_t)2 << 48) + 0x7f0000001000,
	((uint64_t)3 << 48) + 0x5000,
	(uint64_t)FRAME_MODULE_PSEUDO << 48 | FRAME_BLOCKED,
	((uint64_t)2 << 48) + 0x7f0000002000,
};

static struct region *new_region(void)
{
	struct region *region = fake_region_new();

	fake_region_module(region, 1, 0x401000, 0x10000, "/usr/bin/fake");
	fake_region_module(region, 2, 0x7f0000000000, 0x100000, "/lib/libfake.so");
	region->modules.entries[2].build_id_bytes = 20;
	memset(region->modules.entries[2].build_id, 0xcd, 20);
	fake_region_sample(PROFILE_MUTEX, WAIT_MUTEX, frames, 6, 10, 3000);
	fake_region_sample(PROFILE_MUTEX, WAIT_FUTEX, wake_frames, 4, 1, 500);
	fake_region_sample(PROFILE_PAIRS, WAIT_FUTEX, pair_frames, 6, 1, 500);
	fake_region_sample(PROFILE_BLOCK, WAIT_MUTEX, frames, 2, 2.4999, 100);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, frames, 1, 0.001, 50);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, frames, 2, 2.5, 0);
	fake_region_sample(PROFILE_BLOCK, WAIT_COND, frames, 3, 0, 0);
	region->losses.events[LOSS_STACK_DEEP] = 12;
	thread_table_at(&region->threads, 0)->handoff_ticks = 2000;
	thread_table_at(&region->threads, 3)->handoff_ticks = 4000;
	thread_table_at(&region->threads, 0)->meter.own_ticks = 5000;
	thread_table_at(&region->threads, 0)->meter.own_calls = 60;
	thread_table_at(&region->threads, 3)->meter.own_ticks = 3000;
	thread_table_at(&region->threads, 3)->meter.own_calls = 40;
	region->overhead.reports_ns = 1000;
	region->overhead.started_cpu_ns = 100000;
	return region;
}

/* Is there a snapshot? */
__attribute__((unused)) static int take(const struct region *region, size_t bytes)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot = NULL;
	int error = snapshot_take(region, bytes, &moment, &snapshot);

	snapshot_drop(snapshot);
	return error;
}

__attribute__((unused)) static void write_file(const char *path, const void *bytes, size_t count)
{
	int descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (write(descriptor, bytes, count) != (ssize_t)count)
		abort();
	close(descriptor);
}

#endif
