/* SPDX-License-Identifier: MIT */
/* Goal: of a thread that waits again and again, never half of one wait and half of another is seen, whichever way its waits
 * begin; and what it waited adds up.
 * limit: 60
 */
#include "frame.h"
#include "real_region.h"
#include "thread_look.h"

enum { LOOKS = 200000, PAGE = 4096 };

static _Atomic bool is_to_stop;
static _Atomic unsigned hammering, stopped;

/* What belongs together: a kind has its own object. Waits that others are told of begin in another way than those that they are
 * not. */
static const enum wait_kind kinds[] = {WAIT_READ, WAIT_MUTEX, WAIT_SLEEP, WAIT_COND, WAIT_JOIN};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const void *object_of(enum wait_kind kind)
{
	return (const void *)(uintptr_t)((kind + 1) * PAGE);
}

static void *hammer(void *unused)
{
	(void)unused;
	for (unsigned i = 0; !atomic_load(&is_to_stop); i++) {
		enum wait_kind kind = kinds[i % KINDS];
		struct record_wait wait = {.site = real_region_site(kind, object_of(kind), STACK_MARK())};

		real_region_begin(&wait);
		if (i % 256 == 0)
			t_spin_us(20);
		real_region_end(&wait);
		if (i % 256 == 128)
			t_spin_us(20);
		atomic_fetch_add(&hammering, 1);
	}
	atomic_store(&stopped, 1);
	for (;;) /* as the threads of real_region */
		pause();
	return NULL;
}

static bool is_whole(const struct thread_wait *wait, uint64_t before_ticks)
{
	return wait->kind < WAIT_KIND_COUNT && wait->object == (uint64_t)(uintptr_t)object_of(wait->kind) &&
	       wait->leaf_address == real_region_leaf() && wait->frame_mark != 0 &&
	       wait->waiter.since_ticks >= before_ticks;
}

/* The record that is neither this thread's nor one of those that wait for ever. */
static uint32_t find_hammer(const struct region_file *file)
{
	return thread_look_count(file) - 1;
}

static uint64_t waited_ticks(const struct thread *record)
{
	uint64_t sum = 0;

	for (int kind = 0; kind < WAIT_KIND_COUNT; kind++)
		sum += record->waited_ticks[kind];
	return sum;
}

static void looks_are_whole(const struct region_file *file)
{
	uint64_t before_ticks = clock_now_ticks(), waited = 0, sequence = 0;
	unsigned seen = 0, torn = 0, idle = 0, backward = 0;
	pthread_t thread;
	uint32_t index;

	record_set_block_rate_ns(INT64_C(1000000000)); /* no stacks, which take much longer than a look */
	pthread_create(&thread, NULL, hammer, NULL);
	pthread_detach(thread);
	t_await(&hammering, 10);
	index = find_hammer(file);
	for (int i = 0; i < LOOKS; i++) {
		struct thread record;

		if (!thread_look_at(file, index, &record))
			continue;
		backward += waited_ticks(&record) < waited || record.wait_sequence < sequence;
		waited = waited_ticks(&record);
		sequence = record.wait_sequence;
		idle += record.wait_depth == 0;
		if (record.wait_depth == 0)
			continue;
		seen++;
		torn += record.wait_depth != 1 || !is_whole(&record.waits[0], before_ticks);
	}
	atomic_store(&is_to_stop, true);
	t_await(&stopped, 1);
	printf("# %u looks found it waiting, %u not; it waited %u times\n", seen, idle, atomic_load(&hammering));
	ok(seen > 0 && idle > 0, "it is seen in waits and between them");
	is_u64(torn, 0, "every wait that is seen is whole");
	is_u64(backward, 0, "and nothing goes back");
	ok(waited > 0 && waited < clock_now_ticks() - before_ticks, "it waited, but not all the time");
}

/* The threads of real_region wait until the process ends. */
static void stacks_are_there(const struct region_file *file)
{
	uint64_t frames[REAL_REGION_DEPTH];
	unsigned found = 0;

	for (uint32_t index = 0; index < thread_look_count(file); index++) {
		struct thread record;

		if (!thread_look_at(file, index, &record) || !record.wait_depth)
			continue;
		found++;
		ok(thread_look_read_stack(file, &record.waits[0], frames, REAL_REGION_DEPTH) > 1 &&
			   frame_address(frames[0]) == real_region_leaf(),
		   "a wait has the stack that was taken before it");
		record.waits[0].kind = WAIT_SLEEP;
		is_u64(thread_look_read_stack(file, &record.waits[0], frames, REAL_REGION_DEPTH), 0,
		       "what is no sample of that kind is none");
		record.waits[0].stack |= UINT32_MAX;
		is_u64(thread_look_read_stack(file, &record.waits[0], frames, REAL_REGION_DEPTH), 0,
		       "nor what lies outside");
	}
	is_u64(found, REAL_REGION_WAITERS, "all that wait are found");
}

int main(void)
{
	struct region_file file = real_region_take();

	stacks_are_there(&file);
	looks_are_whole(&file);
	region_file_free(&file);
	return done();
}
