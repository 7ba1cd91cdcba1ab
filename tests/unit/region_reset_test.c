/* SPDX-License-Identifier: MIT */
/* Goal: after a reset nothing is left of what was recorded before it, in no report; what comes afterwards is whole; and recording goes on
 * meanwhile.
 * limit: 120
 */
#include <string.h>

#include "heap.h"
#include "real_region.h"
#include "region_check.h"
#include "region_reset.h"
#include "snapshot_delta.h"
#include "snapshot_locks.h"

enum { THREADS = 3, ROUNDS = 3000, RESETS = 150 };

static void show(const char *line, void *unused)
{
	(void)unused;
	ok(false, "the region is consistent: %s", line);
}

static void is_consistent(void)
{
	struct region_check_summary summary;

	is_u64(region_check(region_mine(), region_mine()->header.bytes, REGION_CHECK_REST, show, NULL, &summary), 0,
	       "the region is consistent");
}

static struct snapshot *snapshot_of(const struct region *region)
{
	struct snapshot_moment now;
	struct snapshot *snapshot = NULL;

	snapshot_clock_now(&now);
	if (snapshot_take(region, region->header.bytes, &now, &snapshot) != 0)
		real_region_bail_out("no snapshot of the region");
	return snapshot;
}

static struct snapshot *look(void)
{
	return snapshot_of(region_mine());
}

static uint64_t count_of(const struct snapshot *snapshot, enum profile profile)
{
	uint64_t count = 0;

	for (size_t i = 0; i < snapshot->sample_count; i++)
		count += snapshot->samples[i].profile == profile ? (uint64_t)snapshot->samples[i].count : 0;
	return count;
}

static uint64_t losses_of(const struct snapshot *snapshot)
{
	uint64_t count = 0;

	for (int loss = 0; loss < LOSS_COUNT; loss++)
		count += snapshot->losses[loss];
	return count;
}

static uint64_t contentions_of(const struct snapshot *snapshot)
{
	uint64_t count = 0;

	for (size_t i = 0; i < snapshot->lock_count; i++)
		count += (uint64_t)snapshot->locks[i].contentions;
	return count;
}

static void wait_once(void)
{
	real_region_wait(WAIT_MUTEX, real_region_locks, -1);
}

static void all_is_forgotten(void)
{
	struct snapshot *before, *after, *later;

	for (int i = 0; i < 7; i++)
		wait_once();
	real_region_recurse(2 * REAL_REGION_DEPTH);
	before = look();
	is_u64(count_of(before, PROFILE_BLOCK), 8, "there are waits");
	is_u64(contentions_of(before), 8, "for a lock");
	is_u64(losses_of(before), 1, "a stack was cut");
	ok(before->handoff_ns > 0, "there was hand-off");
	region_reset();
	after = look();
	is_u64(after->sample_count, 0, "after a reset there are no samples");
	is_u64(contentions_of(after), 0, "no waits for locks");
	is_u64(losses_of(after), 0, "no losses");
	is_u64((uint64_t)after->handoff_ns, 0, "no hand-off");
	ok(after->started_wall_ns > before->started_wall_ns && after->started_wall_ns <= after->taken_wall_ns,
	   "what is counted begins then");
	ok(!sample_table_has_data(&region_mine()->samples), "and there is nothing to dump");
	for (int i = 0; i < 3; i++)
		wait_once();
	later = look();
	is_u64(count_of(later, PROFILE_BLOCK), 3, "what comes later is there");
	is_u64(contentions_of(later), 3, "for the lock, too");
	is_u64((uint64_t)snapshot_subtract(later, before), 0, "an interval with a reset in it");
	is_u64(count_of(later, PROFILE_BLOCK), 3, "has what came after the reset");
	ok(later->is_interval && later->started_wall_ns == after->started_wall_ns, "and begins there");
	snapshot_drop(before);
	snapshot_drop(after);
	snapshot_drop(later);
	is_consistent();
}

static _Atomic bool is_over;
static _Atomic unsigned recorded, stopped;
static unsigned torn;

/* As others see it who look from outside. */
static void count_torn(void)
{
	struct region_file file;
	struct snapshot *snapshot;

	if (region_file_read(region_path(), &file) != 0)
		real_region_bail_out("the region cannot be read");
	snapshot = snapshot_of(file.region);
	for (size_t at = 0; at < snapshot->sample_count; at++)
		if (snapshot->samples[at].count <= 0 || snapshot->samples[at].delay_ns < 0)
			torn++;
	snapshot_drop(snapshot);
	region_file_free(&file);
}

static void *record_often(void *unused)
{
	(void)unused;
	for (int i = 0; !atomic_load(&is_over); i++) {
		real_region_wait(i % 2 ? WAIT_MUTEX : WAIT_READ, &real_region_locks[i % 2], -1);
		atomic_fetch_add(&recorded, 1);
	}
	atomic_fetch_add(&stopped, 1);
	for (;;) /* the end of a thread that has recorded is too late for the thread sanitizer */
		pause();
	return NULL;
}

static void recording_goes_on(void)
{
	struct snapshot *snapshot;

	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, record_often, NULL);
		pthread_detach(thread);
	}
	for (unsigned i = 0; i < RESETS || atomic_load(&recorded) < ROUNDS; i++) {
		region_reset();
		count_torn();
	}
	atomic_store(&is_over, true);
	ok(t_await(&stopped, THREADS), "all went on meanwhile");
	is_u64(torn, 0, "no sample was seen half forgotten");
	is_consistent();
	region_reset();
	snapshot = look();
	is_u64(snapshot->sample_count, 0, "the last reset leaves nothing");
	is_u64(contentions_of(snapshot), 0, "of locks either");
	snapshot_drop(snapshot);
	is_consistent();
}

int main(void)
{
	char directory[] = "/dev/shm/contend-reset.XXXXXX";
	size_t before = heap_used_bytes();

	real_region_start(directory);
	all_is_forgotten();
	recording_goes_on();
	is_u64(heap_used_bytes(), before, "no memory is kept");
	real_region_remove(directory);
	return done();
}
