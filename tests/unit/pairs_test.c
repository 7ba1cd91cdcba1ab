/* SPDX-License-Identifier: MIT */
/* Goal: the charge of each release is divided among those that it kept waiting, exactly; what cannot be divided is of a waiter that is
 * not known. */
#include <pthread.h>
#include <unistd.h>

#include "check.h"
#include "pairs.h"
#include "record_fixture.h"

enum { WAITERS_MOST = PAIRS_LIMIT + 2, S = 1000000000 };

struct test_waiter {
	struct frame frame;
	_Atomic unsigned may_go, is_gone;
};

static struct test_waiter test_waiters[WAITERS_MOST];
static _Atomic unsigned begun;

static void start_pairing(int fraction)
{
	start_afresh(fraction, INT64_C(1000) * S);
	threads->limit = WAITERS_MOST + 1;
	threads_reserve(threads->limit);
	config.pairs = 1;
	atomic_store(&begun, 0);
	ok(threads->offset + threads->limit * threads->stride_bytes <= sizeof(threads_memory), "the records fit");
}

/* Stays when it has waited: the end of a thread that has recorded is too late for the thread sanitizer. */
static void *waiter_main(void *argument)
{
	struct test_waiter *waiter = argument;
	struct record_wait wait = wait_at(&waiter->frame);

	begin(&wait);
	atomic_fetch_add(&begun, 1);
	t_await(&waiter->may_go, 1);
	end(&wait, WAIT_OVER);
	atomic_store(&waiter->is_gone, 1);
	for (;;)
		pause();
	return NULL;
}

/* Waiter number `number` comes, called from `caller`. */
static void arrive(unsigned number, uint64_t caller)
{
	struct test_waiter *waiter = &test_waiters[number];
	unsigned before = atomic_load(&begun);
	pthread_t thread;

	waiter->frame.caller = caller;
	atomic_store(&waiter->may_go, 0);
	atomic_store(&waiter->is_gone, 0);
	pthread_create(&thread, NULL, waiter_main, waiter);
	t_await(&begun, before + 1);
}

static void go(unsigned number)
{
	atomic_store(&test_waiters[number].may_go, 1);
	t_await(&test_waiters[number].is_gone, 1);
}

static void release_by(uint64_t caller)
{
	struct frame frame = {.caller = caller};

	release_at(&frame);
}

/* Two frames, a joint, and two more; or only one. */
static bool is_pair_of(const struct sample *sample, uint64_t holder, uint64_t waiter)
{
	const uint64_t *frames = sample->frames;

	if (sample->profile != PROFILE_PAIRS || sample->depth < 4 || frame_address(frames[1]) != holder ||
	    frames[2] != frame_make(FRAME_MODULE_PSEUDO, FRAME_BLOCKED))
		return false;
	if (waiter == 0)
		return sample->depth == 4 && frames[3] == frame_make(FRAME_MODULE_PSEUDO, FRAME_UNSEEN);
	return sample->depth == 5 && frames[3] == frame_make(1, LEAF) && frames[4] == frame_make(1, waiter);
}

/* What is recorded of a pair; waiter 0: one that is not known. */
static void is_pair(uint64_t holder, uint64_t waiter, uint64_t waits, uint64_t delay_ticks)
{
	struct sample_weight sum = {0};

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && is_pair_of(sample, holder, waiter)) {
			sum.count += sample_read(sample).count;
			sum.delay_ticks += sample_read(sample).delay_ticks;
		}
	}
	is_u64(sum.count, waits << SAMPLER_COUNT_SHIFT, "%lu held up %lu: waits", (unsigned long)holder,
	       (unsigned long)waiter);
	is_u64(sum.delay_ticks, delay_ticks, "and for how long");
}

static uint64_t total_ticks(enum profile profile)
{
	uint64_t sum = 0;

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (sample && sample->profile == profile)
			sum += sample_read(sample).delay_ticks;
	}
	return sum;
}

static void totals_are_equal(uint64_t ticks)
{
	is_u64(total_ticks(PROFILE_MUTEX), ticks, "the charges");
	is_u64(total_ticks(PROFILE_PAIRS), ticks, "are the same divided");
}

/* Holders of 1, 5, 2, 3 and 4 s, of whom four have waited since the first came. */
static void each_has_its_share(void)
{
	static const uint64_t seconds[] = {5, 2, 3, 4};
	uint64_t now = 0, holder = 1;

	start_pairing(1);
	at(0);
	for (unsigned i = 0; i < 4; i++)
		arrive(i, 100 + seconds[i]);
	is_u64(stacks_taken, 4, "stacks are taken before the waits, whatever their rate");
	for (unsigned i = 0; i < 4; i++) {
		at(now += holder * S);
		release_by(holder);
		go(i);
		holder = seconds[i];
	}
	at(now += holder * S);
	release_by(holder);
	for (unsigned i = 0; i < 4; i++)
		is_pair(1, 100 + seconds[i], 1, UINT64_C(1) * S);
	for (unsigned i = 1; i < 4; i++)
		is_pair(5, 100 + seconds[i], 1, UINT64_C(5) * S);
	is_pair(2, 103, 1, UINT64_C(2) * S);
	is_pair(2, 104, 1, UINT64_C(2) * S);
	is_pair(3, 104, 1, UINT64_C(3) * S);
	totals_are_equal(UINT64_C(26) * S);
}

/* Two from one place, one of them later, and one that comes after the first release. */
static void late_ones_have_less(void)
{
	start_pairing(1);
	at(1000);
	arrive(0, 101);
	at(1300);
	arrive(1, 101);
	at(2000);
	release_by(1);
	at(2500);
	arrive(2, 102);
	at(3000);
	release_by(2);
	is_pair(1, 101, 2, 1000 + 700);
	is_pair(2, 101, 2, 2 * 1000);
	is_pair(2, 102, 1, 500);
	totals_are_equal(1700 + 2500);
	for (unsigned i = 0; i < 3; i++)
		go(i);
}

static void what_is_too_much_is_unknown(void)
{
	start_pairing(1);
	at(1000);
	for (unsigned i = 0; i < WAITERS_MOST; i++)
		arrive(i, 101 + i);
	at(1010);
	release_by(1);
	is_pair(1, 0, 1, (WAITERS_MOST - PAIRS_LIMIT) * 10);
	totals_are_equal(WAITERS_MOST * 10);
	for (unsigned i = 0; i < WAITERS_MOST; i++)
		go(i);
}

/* A signal handler releases another lock while the first one is being released. */
static void interrupted_ones_are_unknown(void)
{
	struct frame frame = {.caller = 1};
	struct record_site site = {.kind = WAIT_MUTEX, .leaf_address = LEAF, .frame_pointer = &frame};
	struct record_release outer;
	struct thread *self;

	start_pairing(1);
	at(1000);
	arrive(0, 101);
	self = thread_enter();
	at(1100);
	outer = record_release_begin(self, &a_lock);
	at(1300);
	record_release_end(self, record_release_begin(self, &a_lock), &site);
	record_release_end(self, outer, &site);
	thread_leave(self);
	is_pair(1, 101, 1, 200);
	is_pair(1, 0, 1, 100);
	totals_are_equal(300);
	go(0);
}

static void fractions_divide_alike(void)
{
	start_pairing(3);
	at(1000);
	arrive(0, 101);
	arrive(1, 102);
	for (unsigned i = 1; i <= 60; i++) {
		at(1000 + i * 7);
		release_by(1);
	}
	ok(total_ticks(PROFILE_MUTEX) > 0, "some of 60 releases were kept");
	totals_are_equal(total_ticks(PROFILE_MUTEX));
	is_pair(1, 0, 0, 0);
	go(0);
	go(1);
}

static void off_is_off(void)
{
	start_pairing(1);
	config.pairs = 0;
	at(1000);
	arrive(0, 101);
	is_u64(stacks_taken, 0, "no stack is taken before the wait");
	at(1100);
	release_by(1);
	is_u64(total_ticks(PROFILE_MUTEX), 100, "the release is charged");
	is_u64(total_ticks(PROFILE_PAIRS), 0, "nobody divides that");
	go(0);
}

int main(void)
{
	threads_startup();
	each_has_its_share();
	late_ones_have_less();
	what_is_too_much_is_unknown();
	interrupted_ones_are_unknown();
	fractions_divide_alike();
	off_is_off();
	return done();
}
