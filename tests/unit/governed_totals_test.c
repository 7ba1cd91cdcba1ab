/* SPDX-License-Identifier: MIT */
/* Goal: whatever levels the governor chooses while a program runs, the totals of both profiles and the hand-off stay right on
 * average.
 *
 * SEEDS programs run, in each of which the level changes at random every few ms, over all that there are. Nearly all waits are shorter than
 * the time for which a lock is followed. The mean over the seeds must lie within 2.5 % of the truth, which is more than four
 * standard errors (some 0.5 %, most of it from the rate of 64 ms and one lock in 64); the count of releases within 4 %: those at the ends of such a time
 * count twice as often as they should.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_clock.h"
#include "frame.h"
#include "losses.h"
#include "record.h"

enum { SEEDS = 400, ROUNDS = 5000, LOCKS = 8, WAITERS = 3, DEPTH = 4, LEVEL_LASTS_NS = 3000000 };

/* Nobody looks into them; where they lie decides when they are followed, so it is the same each time. */
enum { LOCKS_BEGIN = 0x10000, LOCK_BYTES = 64 };

static _Alignas(4096) char samples_memory[1 << 18];
static struct sample_table *const samples = (struct sample_table *)samples_memory;
static struct waiters waiters;
static struct losses losses;
static _Atomic uint32_t shown_fraction;
static _Atomic int64_t shown_rate_ns;
static struct thread *threads[WAITERS + 1]; /* the last one only releases */
static struct random dice;

enum file_type file_type_of(int descriptor)
{
	(void)descriptor;
	return FILE_TYPE_NONE;
}

unsigned stack_capture(struct stack_origin origin, struct stack_limits limits, uint64_t leaf_address,
		       uint64_t *out_frames, unsigned limit, struct stack_log *out_log)
{
	if (out_log)
		out_log->is_whole = false; /* it is not kept */
	(void)origin;
	(void)limits;
	(void)limit;
	out_frames[0] = frame_make(1, leaf_address);
	return 1;
}

/* What happened, or what the tables say of it. */
struct totals {
	double waits, waited, releases, charged, handed_off;
};

static void make_threads(uint64_t seed)
{
	for (int i = 0; i <= WAITERS; i++) {
		uint32_t bytes = thread_record_bytes(DEPTH);

		free(threads[i]);
		threads[i] = aligned_alloc(64, bytes);
		memset(threads[i], 0, bytes);
		threads[i]->frame_limit = DEPTH;
		random_seed(&threads[i]->random, seed, (uint64_t)i);
	}
}

static void start_afresh(uint64_t seed)
{
	memset(samples_memory, 0, sizeof(samples_memory));
	memset(&waiters, 0, sizeof(waiters));
	atomic_store(&fake_now_ticks, 1000000000);
	losses_init(&losses);
	waiters_init(&waiters);
	sample_table_layout(samples, sizeof(samples_memory));
	sample_table_init(samples, samples->arena_limit_bytes);
	record_init(&shown_fraction, &shown_rate_ns);
	record_set_block_rate_ns(1);
	record_set_fraction(1);
	record_knobs_set_level(0);
	sampler_seed(seed);
	random_seed(&dice, seed, 99);
	make_threads(seed);
}

static uint64_t pass(uint64_t most_ns)
{
	uint64_t passed_ns = 1 + random_below(&dice, most_ns);

	return atomic_fetch_add(&fake_now_ticks, passed_ns) + passed_ns;
}

static struct record_site site_for(const void *lock, const void *frame)
{
	return (struct record_site){.kind = WAIT_MUTEX,
				    .end = WAIT_END_RELEASE,
				    .object = lock,
				    .file = -1,
				    .leaf_address = 0x1000,
				    .frame_pointer = frame};
}

static void release(struct thread *self, const struct record_site *site, const uint64_t *until, int waiting,
		    struct totals *truth)
{
	uint64_t now = clock_now_ticks();

	for (int i = 0; i < waiting; i++)
		truth->charged += (double)(now - until[i]);
	truth->releases += waiting > 0;
	record_release_end(self, record_release_begin(self, site->object), site);
}

/* Some wait for one lock, and get it in turn. Who has it charges for those that are left. */
static void play_round(struct totals *truth)
{
	uint64_t frame[2] = {0}, since[WAITERS], until[WAITERS];
	struct record_site site =
		site_for((const void *)(LOCKS_BEGIN + random_below(&dice, LOCKS) * LOCK_BYTES), frame);
	int count = 1 + (int)random_below(&dice, WAITERS);
	struct record_wait wait[WAITERS];

	for (int i = 0; i < count; i++) {
		since[i] = until[i] = pass(10000);
		wait[i].site = site;
		record_wait_begin(threads[i], &wait[i]);
	}
	for (int i = 0; i < count; i++) {
		uint64_t now = pass(40000);

		release(threads[i ? i - 1 : WAITERS], &site, &until[i], count - i, truth);
		for (int j = i; j < count; j++)
			until[j] = now;
		truth->handed_off += (double)(pass(2000) - now);
		truth->waited += (double)(clock_now_ticks() - since[i]);
		record_wait_end(threads[i], &wait[i], WAIT_OVER);
	}
	truth->waits += count;
	pass(100000);
}

static struct totals recorded(void)
{
	struct totals totals = {0};

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);
		struct sample_weight weight = {0};

		if (sample)
			weight = sample_read(sample);
		double count = (double)weight.count / SAMPLER_COUNT_ONE, delay = (double)weight.delay_ticks;

		if (sample && sample->profile == PROFILE_BLOCK)
			totals.waits += count, totals.waited += delay;
		else if (sample && sample->profile == PROFILE_MUTEX)
			totals.releases += count, totals.charged += delay;
	}
	for (int i = 0; i <= WAITERS; i++)
		totals.handed_off += (double)threads[i]->handoff_ticks;
	return totals;
}

static void add(struct totals *sum, struct totals more)
{
	sum->waits += more.waits;
	sum->waited += more.waited;
	sum->releases += more.releases;
	sum->charged += more.charged;
	sum->handed_off += more.handed_off;
}

static void play(uint64_t seed, struct totals *truth, struct totals *estimate)
{
	uint64_t next_ticks = 0;

	start_afresh(seed);
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t levels = record_knobs_sampling_levels() + RECORD_LOCK_LEVELS + 1;

		if (clock_now_ticks() >= next_ticks) {
			record_knobs_set_level((uint32_t)random_below(&dice, levels));
			next_ticks = clock_now_ticks() + LEVEL_LASTS_NS;
		}
		play_round(truth);
	}
	add(estimate, recorded());
}

int main(void)
{
	struct totals truth = {0}, estimate = {0};

	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		play(seed, &truth, &estimate);
	near_ratio(truth.charged, truth.waited - truth.handed_off, 1e-9, "the truth adds up");
	near_ratio(estimate.charged, truth.charged, 0.025, "what releases caused");
	near_ratio(estimate.releases, truth.releases, 0.04, "how many they were");
	near_ratio(estimate.waited, truth.waited, 0.025, "what was waited");
	near_ratio(estimate.waits, truth.waits, 0.025, "how often");
	near_ratio(estimate.handed_off, truth.handed_off, 0.025, "hand-off");
	is_u64(atomic_load(&losses.events[LOSS_WAITERS_FULL]), 0, "nothing was lost");
	printf("# of the truth: charged %.4f, releases %.4f, waited %.4f, waits %.4f, hand-off %.4f\n",
	       estimate.charged / truth.charged, estimate.releases / truth.releases, estimate.waited / truth.waited,
	       estimate.waits / truth.waits, estimate.handed_off / truth.handed_off);
	return done();
}
