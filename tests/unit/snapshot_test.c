/* SPDX-License-Identifier: MIT */
/* Goal: a snapshot says in ns and events what the region says in ticks and fractions; a damaged region gives an error
 * or fewer data, never a fault; from a file it is the same, also while its owner goes on recording. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "fake_region.h"
#include "heap.h"
#include "random.h"
#include "region_file.h"
#include "snapshot.h"
#include "snapshot_names.h"

enum { MUTATIONS = 4000, LIVE_READS = 30 };

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

static int take(const struct region *region, size_t bytes)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot = NULL;
	int error = snapshot_take(region, bytes, &moment, &snapshot);

	snapshot_drop(snapshot);
	return error;
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

static void write_file(const char *path, const void *bytes, size_t count)
{
	int descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (write(descriptor, bytes, count) != (ssize_t)count)
		abort();
	close(descriptor);
}

static int read_region(const char *path)
{
	struct region_file file = {0};
	int error = region_file_read(path, &file);

	region_file_free(&file);
	return error;
}

static void check_file(struct region *region)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct stat status;
	struct region_file file;

	write_file("region", region, FAKE_REGION_BYTES);
	is_u64(region_file_read("region", &file), 0, "a region is read from its file");
	ok(file.bytes == FAKE_REGION_BYTES && memcmp(file.region, region, file.bytes) == 0, "as it is");
	check_contents(file.region);
	snapshot_clock_keep(&file.region->header, 0.125);
	write_file("mine", "precious\n", 9);
	if (rename("region", "moved") || link("mine", "region"))
		abort();
	region_file_write_clock(&file);
	ok(stat("mine", &status) == 0 && status.st_size == 9, "what was put in its place meanwhile is not written to");
	if (rename("moved", "region"))
		abort();
	region_file_free(&file);
	is_u64(region_file_read("region", &file), 0, "read again");
	near_ratio(ns_per_tick(file.region, moment), 0.125, 0, "the clock that a report found stays in the file");
	region_file_free(&file);
	if (truncate("region", FAKE_REGION_BYTES - 4096) || symlink("region", "link") || mkfifo("pipe", 0600))
		abort();
	is_u64(-read_region("region"), EBADMSG, "a file that is shorter than it says");
	is_u64(-read_region("link"), ELOOP, "a link is not followed");
	is_u64(-read_region("pipe"), EBADMSG, "a pipe is no region, and not waited for");
	is_u64(-read_region("none"), ENOENT, "no file");
	if (truncate("region", 0) || truncate("region", INT64_C(1) << 40))
		abort();
	is_u64(-read_region("region"), EFBIG, "a file larger than any region");
	region->header.version = 999;
	write_file("region", region, FAKE_REGION_BYTES);
	region->header.version = REGION_VERSION;
	is_u64(-read_region("region"), EPROTO, "another version");
	write_file("region", "text\n", 5);
	is_u64(-read_region("region"), EBADMSG, "another file");
}

static void check_sparse(void)
{
	struct region_file file;
	struct stat before, after;
	struct region *region = new_region();
	int descriptor = open("/dev/shm/contend-snapshot-test", O_CREAT | O_EXCL | O_RDWR, 0600);

	if (descriptor < 0 || ftruncate(descriptor, FAKE_REGION_BYTES) ||
	    pwrite(descriptor, region, sizeof(*region) + 65536, 0) < 0)
		abort();
	fstat(descriptor, &before);
	is_u64(region_file_read("/dev/shm/contend-snapshot-test", &file), 0, "a region with holes");
	fstat(descriptor, &after);
	is_u64(after.st_blocks, before.st_blocks, "keeps them");
	region_file_free(&file);
	unlink("/dev/shm/contend-snapshot-test");
	close(descriptor);
	free(region);
}

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
	write_file("live", model, FAKE_REGION_BYTES);
	descriptor = open("live", O_RDWR);
	region = mmap(NULL, FAKE_REGION_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
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

enum { OLD_STACKS = 300, NEW_STACKS = 4000, ARRIVAL_ROUNDS = 10 };

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
	struct region *region = new_region();

	check_contents(region);
	check_file_type();
	check_clock(region);
	check_refusals(region);
	check_deep_aliases(region);
	check_damage(region);
	check_file(region);
	check_sparse();
	check_live();
	check_arrivals();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	free(region);
	return done();
}
