/* SPDX-License-Identifier: MIT */
/* Goal: a snapshot says in ns and events what the region says in ticks and fractions, also when it is read from a file; and refuses
 * what is no region. */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "heap.h"
#include "region_file.h"
#include "snapshot_fixture.h"
#include "snapshot_names.h"

static const struct snapshot_sample *find(const struct snapshot *snapshot, enum profile profile, enum wait_kind kind,
					  unsigned depth)
{
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].profile == profile && snapshot->samples[i].kind == kind &&
		    snapshot->samples[i].depth == depth)
			return &snapshot->samples[i];
	return NULL;
}

static void check_frames(const struct snapshot_sample *sample)
{
	is_u64(sample->frames[0], frames[0], "a frame of a known object");
	is_u64(sample->frames[1], frames[1], "another");
	is_u64(sample->frames[2], frames[2], "a pseudo frame");
	is_u64(sample->frames[3], frame_make(FRAME_MODULE_UNKNOWN, 0x5000), "an object that is not there: unknown");
	is_u64(sample->frames[4], frame_make(FRAME_MODULE_UNKNOWN, 0x7f0000900000), "outside of its object: unknown");
	is_u64(frame_module(sample->frames[5]), FRAME_MODULE_UNKNOWN, "a pseudo frame that does not exist: unknown");
}

static void check_waiter(const struct snapshot_sample *sample)
{
	is_u64(sample->frames[0], wake_frames[0], "who woke");
	is_u64(sample->waiter_depth, 2, "whom");
	is_u64(sample->waiter_frames[0], wake_frames[2], "from where");
	is_u64(frame_module(sample->waiter_frames[1]), FRAME_MODULE_UNKNOWN, "checked, too");
}

static void check_contents(const struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	const struct snapshot_sample *sample;
	struct snapshot *snapshot = NULL;

	is_u64(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), 0, "a snapshot");
	is_u64(snapshot->sample_count, 6, "has the samples that say anything");
	sample = find(snapshot, PROFILE_MUTEX, WAIT_MUTEX, 6);
	is_u64(sample->count, 10, "events");
	is_u64(sample->delay_ns, 3000, "ticks become ns");
	is_u64(sample->waiter_depth, 0, "no waiter");
	check_frames(sample);
	check_waiter(find(snapshot, PROFILE_MUTEX, WAIT_FUTEX, 1));
	sample = find(snapshot, PROFILE_PAIRS, WAIT_FUTEX, 3);
	check_waiter(sample);
	is_u64(sample->frames[1], pair_frames[4], "and between two stacks");
	is_u64(sample->frames[2], pair_frames[5], "there is nothing else");
	is_u64(find(snapshot, PROFILE_BLOCK, WAIT_MUTEX, 2)->count, 2, "a little less than half an event is none");
	is_u64(find(snapshot, PROFILE_BLOCK, WAIT_COND, 2)->count, 3, "half an event is one");
	is_u64(find(snapshot, PROFILE_BLOCK, WAIT_COND, 1)->count, 1, "what took time happened once at least");
	is_str(snapshot->modules[2].path, "/lib/libfake.so", "paths are terminated");
	is_u64(snapshot->modules[2].build_id_bytes, 20, "build id");
	is_u64(snapshot->modules[3].limit, 0, "no module");
	is_u64(snapshot->losses[LOSS_STACK_DEEP], 12, "losses");
	is_u64(snapshot->handoff_ns, 3000, "hand-off of all threads");
	is_u64(snapshot->overhead.own_ns, 5000, "overhead of all threads, and of reports");
	is_u64(snapshot->overhead.calls, 100, "the calls of all threads");
	is_u64(snapshot->overhead.cpu_ns, 0, "CPU time that is not known");
	ok(snapshot_overhead_ppm(&snapshot->overhead) == -1, "is not divided by");
	is_str(snapshot->program, "/usr/bin/fake", "program");
	is_u64(snapshot->taken_wall_ns, moment.wall_ns, "time");
	snapshot_drop(snapshot);
	moment.cpu_ns = 600000;
	is_u64(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), 0, "a snapshot that knows the CPU time");
	is_u64(snapshot->overhead.cpu_ns, 500000, "counts it from when the process was profiled");
	is_u64(snapshot_overhead_ppm(&snapshot->overhead), 10000, "so many millionths are ours");
	snapshot_drop(snapshot);
}

static void check_from_file(const struct region *region)
{
	struct region_file file;

	write_file("region", region, FAKE_REGION_BYTES);
	is_u64(region_file_read("region", &file), 0, "a region from a file");
	check_contents(file.region);
	region_file_free(&file);
}

/* A type of descriptor that does not exist: that sample says nothing, the others do. */
static void check_file_type(void)
{
	struct region *region = fake_region_new();
	struct snapshot_moment moment = FAKE_MOMENT;
	struct sample *sample = fake_region_io(WAIT_READ, FILE_TYPE_SOCKET, frames, 2, 1, 70);
	static const uint8_t absurd[] = {FILE_TYPE_COUNT, 200, 255};
	struct snapshot *snapshot = NULL;

	fake_region_sample(PROFILE_BLOCK, WAIT_COND, frames, 1, 1, 50);
	is_u64(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), 0, "a snapshot with a wait for a socket");
	is_u64(snapshot->sample_count, 2, "has that, and another one");
	is_u64(find(snapshot, PROFILE_BLOCK, WAIT_READ, 2)->file_type, FILE_TYPE_SOCKET, "which knows that");
	is_str(snapshot_file_type_name(FILE_TYPE_SOCKET), "socket", "and it has a name");
	is_str(snapshot_file_type_name(FILE_TYPE_NONE), "", "as none has not");
	snapshot_drop(snapshot);
	for (size_t i = 0; i < sizeof(absurd); i++) {
		sample->file_type = absurd[i];
		is_u64(snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), 0, "type %u", absurd[i]);
		ok(snapshot->sample_count == 1 && find(snapshot, PROFILE_BLOCK, WAIT_COND, 1), "is left out");
		snapshot_drop(snapshot);
	}
	free(region);
}

static double ns_per_tick(const struct region *region, struct snapshot_moment moment)
{
	return snapshot_clock_ns_per_tick(&region->header, &moment);
}

static void check_clock(struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT, now;
	struct snapshot *snapshot = NULL;

	near_ratio(ns_per_tick(region, moment), 0.5, 1e-9, "from the start to now");
	moment.boot_id[1] = 5;
	near_ratio(ns_per_tick(region, moment), 0.25, 1e-9, "another boot: from the start to the early anchor");
	moment = FAKE_MOMENT;
	moment.clock_source = CLOCK_SOURCE_MONOTONIC;
	near_ratio(ns_per_tick(region, moment), 0.25, 1e-9, "another clock: the same");
	moment = FAKE_MOMENT;
	moment.anchor.ticks = 999;
	near_ratio(ns_per_tick(region, moment), 0.25, 1e-9, "a clock that went back: the same");
	region->header.early.ticks = region->header.started.ticks;
	near_ratio(ns_per_tick(region, moment), 0, 0, "nothing to go by");
	is_u64(-snapshot_take(region, FAKE_REGION_BYTES, &moment, &snapshot), ENODATA, "is an error");
	region->header.early.ticks = region->header.started.ticks + 4000;
	region->header.clock_source = CLOCK_SOURCE_MONOTONIC;
	near_ratio(ns_per_tick(region, moment), 1, 0, "a monotonic clock ticks in ns");
	region->header.clock_source = CLOCK_SOURCE_COUNTER;
	moment = FAKE_MOMENT;
	snapshot_clock_keep(&region->header, ns_per_tick(region, moment));
	moment.anchor.ticks += 1000;
	near_ratio(ns_per_tick(region, moment), 0.5, 0, "what the first report found holds for all");
	snapshot_clock_keep(&region->header, 0.7);
	near_ratio(ns_per_tick(region, moment), 0.5, 0, "and is not replaced");
	region->header.ns_per_tick = 0;
	clock_init();
	snapshot_clock_now(&now);
	ok(now.wall_ns > INT64_C(1700000000000000000) && now.anchor.monotonic_ns > 0, "this moment");
}

static void check_refusals(struct region *region)
{
	is_u64(-take(region, FAKE_REGION_BYTES - 4096), EBADMSG, "shorter than it says");
	is_u64(-take(region, 100), EBADMSG, "shorter than a header");
	region->header.magic ^= 1;
	is_u64(-take(region, FAKE_REGION_BYTES), EBADMSG, "no magic");
	region->header.magic ^= 1;
	region->header.version++;
	is_u64(-take(region, FAKE_REGION_BYTES), EPROTO, "another version");
	region->header.version--;
	is_u64(-take(region, FAKE_REGION_BYTES), 0, "put right again");
}

int main(void)
{
	struct region *region = new_region();

	check_contents(region);
	check_from_file(region);
	check_file_type();
	check_clock(region);
	check_refusals(region);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	return done();
}
