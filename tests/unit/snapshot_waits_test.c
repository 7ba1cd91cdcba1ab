/* SPDX-License-Identifier: MIT */
/* Goal: beside threads that wait again and again, a thousand snapshots, from inside and from outside, never show less than the one
 * before, of any stack; and when all have ended, what they show is what was waited.
 * limit: 120
 */
#include <string.h>

#include "late_stacks.h"
#include "random.h"
#include "real_region.h"
#include "snapshot.h"

/* The more there is to do beside us, the fewer waits last for all of a snapshot; then there are more snapshots. */
enum { SNAPSHOTS = 1000, SNAPSHOTS_MOST = 20000, SEEN_LEAST = SNAPSHOTS / 4, WAITERS = 3 };

/* Each thread has kinds of its own, which nobody else waits for. */
static const enum wait_kind kinds[WAITERS][2] = {
	{WAIT_WRITE, WAIT_JOIN}, {WAIT_POLL, WAIT_RECV}, {WAIT_SELECT, WAIT_SEND}};

static _Atomic bool is_to_stop;
static _Atomic unsigned stopped;
static _Atomic uint64_t waits_of[WAIT_KIND_COUNT];
static _Atomic uint64_t waited_ticks_of[WAIT_KIND_COUNT];

static __attribute__((noinline)) void wait_us(enum wait_kind kind, unsigned us)
{
	struct record_wait wait = {.site = real_region_site(kind, NULL, STACK_MARK())};
	struct thread *self;
	uint64_t before_ticks;

	real_region_begin(&wait);
	usleep(us);
	self = thread_enter();
	before_ticks = self->waited_ticks[kind];
	record_wait_end(self, &wait, us % 2 ? WAIT_OVER : WAIT_GIVEN_UP);
	atomic_fetch_add(&waited_ticks_of[kind], self->waited_ticks[kind] - before_ticks);
	thread_leave(self);
	atomic_fetch_add(&waits_of[kind], 1);
}

static void *wait_often(void *number)
{
	struct random random = {0};

	random_seed(&random, 7, (uintptr_t)number);
	while (!atomic_load(&is_to_stop))
		wait_us(kinds[(uintptr_t)number][random_below(&random, 2)], 200 + random_below(&random, 3000));
	atomic_fetch_add(&stopped, 1);
	for (;;) /* as the threads of real_region */
		pause();
	return NULL;
}

static bool is_same(const struct snapshot_sample *a, const struct snapshot_sample *b)
{
	return a->profile == b->profile && a->kind == b->kind && a->file_type == b->file_type && a->depth == b->depth &&
	       a->lock == b->lock && a->labels == b->labels && a->waiter_labels == b->waiter_labels &&
	       a->delay_class == b->delay_class && a->waiter_depth == b->waiter_depth &&
	       memcmp(a->frames, b->frames, a->depth * sizeof(*a->frames)) == 0;
}

static const struct snapshot_sample *find(const struct snapshot *snapshot, const struct snapshot_sample *sample)
{
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (is_same(&snapshot->samples[i], sample))
			return &snapshot->samples[i];
	return NULL;
}

/* How many stacks have less than before. */
static unsigned shrunk_since(const struct snapshot *older, const struct snapshot *newer)
{
	unsigned shrunk = 0;

	for (size_t i = 0; older && i < older->sample_count; i++) {
		const struct snapshot_sample *before = &older->samples[i], *now = find(newer, before);
		bool is_less = !now || now->count < before->count || now->delay_ns < before->delay_ns;

		shrunk += is_less;
		if (is_less)
			printf("# kind %d: %lld of %lld ns, then %lld of %lld ns\n", before->kind,
			       (long long)before->count, (long long)before->delay_ns, now ? (long long)now->count : 0,
			       now ? (long long)now->delay_ns : 0);
	}
	return shrunk;
}

/* From inside as a dump is made, or from outside. */
static struct snapshot *take(const struct region_file *file, bool is_inside)
{
	struct snapshot_moment moment;
	struct snapshot *snapshot = NULL;
	struct region_file again;
	int error;

	if (is_inside) {
		late_stacks_take();
		snapshot_clock_now(&moment);
		error = snapshot_take(region_mine(), region_mine()->header.bytes, &moment, &snapshot);
	} else {
		error = region_file_read_again(file, &again);
		snapshot_clock_now(&moment);
		error = error ? error : snapshot_take_file(&again, &moment, &snapshot);
		region_file_free(&again);
	}
	if (error)
		real_region_bail_out("no snapshot");
	snapshot_clock_keep(&region_mine()->header, snapshot->ns_per_tick);
	return snapshot;
}

static int64_t sum_ns(const struct snapshot *snapshot, enum wait_kind kind, int64_t *out_count)
{
	int64_t ns = 0;

	*out_count = 0;
	for (size_t i = 0; i < snapshot->sample_count; i++)
		if (snapshot->samples[i].profile == PROFILE_BLOCK && snapshot->samples[i].kind == kind) {
			ns += snapshot->samples[i].delay_ns;
			*out_count += snapshot->samples[i].count;
		}
	return ns;
}

/* By how much the counts are ahead of the waits that have ended since: as many were in progress, at least. */
static uint64_t in_progress(const struct snapshot *snapshot)
{
	uint64_t ahead = 0;

	for (unsigned i = 0; i < WAITERS * 2; i++) {
		enum wait_kind kind = kinds[i / 2][i % 2];
		uint64_t ended = atomic_load(&waits_of[kind]);
		int64_t count;

		sum_ns(snapshot, kind, &count);
		ahead += (uint64_t)count > ended ? (uint64_t)count - ended : 0;
	}
	return ahead;
}

/* Until so many waits were in them while they lasted. Returns how many were, where all are counted. */
static uint64_t snapshots_only_grow(const struct region_file *file, uint64_t seen_least)
{
	struct snapshot *last = NULL;
	uint64_t seen = 0;
	unsigned shrunk = 0, taken = 0;

	for (; taken < SNAPSHOTS || (seen < seen_least && taken < SNAPSHOTS_MOST); taken++) {
		struct snapshot *snapshot = take(file, taken % 3);

		shrunk += shrunk_since(last, snapshot);
		seen += in_progress(snapshot);
		snapshot_drop(last);
		last = snapshot;
	}
	snapshot_drop(last);
	is_u64(shrunk, 0, "%u snapshots: no stack ever shrank", taken);
	return seen;
}

static void the_end_is_the_truth(const struct region_file *file)
{
	for (int is_inside = 0; is_inside < 2; is_inside++) {
		struct snapshot *snapshot = take(file, is_inside);

		for (unsigned i = 0; i < WAITERS * 2; i++) {
			enum wait_kind kind = kinds[i / 2][i % 2];
			double waited_ns = (double)atomic_load(&waited_ticks_of[kind]) * snapshot->ns_per_tick;
			int64_t count, ns = sum_ns(snapshot, kind, &count);

			is_u64((uint64_t)count, atomic_load(&waits_of[kind]), "kind %d: as often as was waited", kind);
			ok((double)ns > waited_ns - 1 && (double)ns < waited_ns + 1, "kind %d: and as long", kind);
		}
		snapshot_drop(snapshot);
	}
}

static uint64_t run_waiters(const struct region_file *file, uint64_t seen_least)
{
	uint64_t seen;

	atomic_store(&is_to_stop, false);
	atomic_store(&stopped, 0);
	for (uintptr_t i = 0; i < WAITERS; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, wait_often, (void *)i);
		pthread_detach(thread);
	}
	seen = snapshots_only_grow(file, seen_least);
	atomic_store(&is_to_stop, true);
	ok(t_await(&stopped, WAITERS), "all have stopped");
	return seen;
}

int main(void)
{
	struct region_file file = real_region_take();
	uint64_t seen;

	region_reopen();
	seen = run_waiters(&file, SEEN_LEAST);
	ok(seen >= SEEN_LEAST, "%llu waits were in one while they lasted", (unsigned long long)seen);
	the_end_is_the_truth(&file);
	record_set_block_rate_ns(3000000); /* where some are kept, and some of those from the start */
	(void)run_waiters(&file, 0);
	region_file_free(&file);
	return done();
}
