/* SPDX-License-Identifier: MIT */
/* Goal: the holder of a lock, where he waits himself, is charged with all that was waited for it, once: whatever the fraction, however few
 * locks are followed, and whether delays are told apart or not.
 *
 * One thread plays all: the records are written as if others waited, and the mutex says who holds it.
 */
#include <stdlib.h>

#include "check.h"
#include "held_locks.h"
#include "late_stacks.h"
#include "record_fixture.h"

enum { HOLDER, FIRST, SECOND, THIRD, PLAYERS };
enum { MS = 1000000, HOLDER_CALLER = 100, WAITER_CALLER = 200 };

static pthread_mutex_t mutex;
static struct record_wait waits[PLAYERS];
static const struct frame holder_frame = {.caller = HOLDER_CALLER}, waiter_frame = {.caller = WAITER_CALLER};

/* Every wait of this test takes its stack beforehand. */
void late_stacks_take_of(struct thread *record, uint32_t index)
{
	(void)record, (void)index;
}

static struct thread *player(int number)
{
	return thread_table_at(threads, (uint32_t)number);
}

static void start_playing(int fraction)
{
	start_afresh(fraction, 1);
	for (int i = 0; i < PLAYERS; i++) {
		random_seed(&player(i)->random, 1, (uint64_t)i);
		player(i)->frame_limit = 16;
		player(i)->tid = 1000 + (uint32_t)i;
	}
	atomic_store(&threads->used, PLAYERS);
	mutex.__data.__lock = 2;
	mutex.__data.__owner = (int)player(HOLDER)->tid;
}

static void begin_as(int number, struct record_wait wait)
{
	waits[number] = wait;
	record_wait_begin(player(number), &waits[number]);
}

static void end_as(int number)
{
	record_wait_end(player(number), &waits[number], WAIT_OVER);
}

static void wait_for_mutex(int number, uint32_t lock_shift)
{
	struct record_wait wait = wait_at(&waiter_frame);

	wait.site.object = &mutex;
	atomic_store(&record_knobs.lock_shift, lock_shift);
	begin_as(number, wait);
}

/* The next moment from `ticks` on at which the mutex is one of those that are followed. */
static void at_followed(uint64_t ticks, uint32_t lock_shift)
{
	while (lock_shift && !sampler_lock_keeps(&mutex, ticks, lock_shift))
		ticks += MS;
	at(ticks);
}

static void pass_ms(unsigned ms)
{
	at(atomic_load(&fake_now_ticks) + (uint64_t)ms * MS);
}

static void release_as_holder(void)
{
	struct record_site site = {.kind = WAIT_MUTEX, .leaf_address = LEAF, .frame_pointer = &holder_frame};

	record_release_end(player(HOLDER), record_release_begin(player(HOLDER), &mutex), &site);
}

static bool is_held_sample(const struct sample *sample)
{
	return sample->depth == 3 && sample->frames[0] == frame_make(FRAME_MODULE_PSEUDO, FRAME_HELD) &&
	       frame_address(sample->frames[1]) == LEAF && frame_address(sample->frames[2]) == HOLDER_CALLER;
}

/* What the mutex profile has of the holder where he waits; all samples of it have neither class nor longest. */
static struct sample_weight held(void)
{
	struct sample_weight sum = {0};

	for (uint32_t slot = 0; slot < samples->slot_count; slot++) {
		const struct sample *sample = sample_table_slot(samples, sizeof(samples_memory), slot);

		if (!sample || sample->profile != PROFILE_MUTEX || !is_held_sample(sample))
			continue;
		ok(sample->delay_class == 0 && sample->longest_ticks == 0, "it has no class, as it is not over");
		sum.count += sample_read(sample).count;
		sum.delay_ticks += sample_read(sample).delay_ticks;
	}
	return sum;
}

static void is_held(uint64_t count, uint64_t delay_ms, const char *words)
{
	struct sample_weight weight;

	held_locks_charge();
	weight = held();
	is_u64(weight.count, count * SAMPLER_COUNT_ONE, "%s: as often", words);
	is_u64(weight.delay_ticks, delay_ms * MS, "%s: as long", words);
}

/* Three wait: 10, 8 and 6 ms when the holder is looked at first; then 5 ms pass; he goes on, and 2 ms later he releases the mutex. Each
 * waiter stands for 2^lock_shift. */
static void play(uint32_t lock_shift, const char *words)
{
	uint64_t each = UINT64_C(1) << lock_shift;

	at_followed(MS, lock_shift);
	begin_as(HOLDER, wait_for_file(&holder_frame, FILE_TYPE_SOCKET));
	wait_for_mutex(FIRST, lock_shift);
	pass_ms(2);
	at_followed(atomic_load(&fake_now_ticks), lock_shift);
	uint64_t second_came = atomic_load(&fake_now_ticks), before_ms;

	wait_for_mutex(SECOND, lock_shift);
	wait_for_mutex(THIRD, lock_shift);
	before_ms = (second_came - waits[FIRST].since_ticks) / MS;
	pass_ms(6);
	is_held(each, each * (before_ms + 3 * 6), words);
	is_held(each, each * (before_ms + 3 * 6), "again at once");
	pass_ms(5);
	is_held(each, each * (before_ms + 3 * 11), "later");
	end_as(HOLDER);
	pass_ms(2);
	is_held(each, each * (before_ms + 3 * 11), "a holder that runs");
	release_as_holder();
	is_u64(recorded(PROFILE_MUTEX, HOLDER_CALLER).delay_ticks, each * 3 * 2 * MS, "the release: what is left");
	for (int i = FIRST; i <= THIRD; i++)
		end_as(i);
	is_u64(recorded(PROFILE_BLOCK, WAITER_CALLER).delay_ticks, (before_ms + 3 * 13) * MS, "all that was waited");
}

static void every_wait_is_charged(void)
{
	start_playing(1);
	play(0, "every lock is followed");
}

static void one_lock_in_many_stands_for_all(void)
{
	for (uint32_t lock_shift = 1; lock_shift <= WAITERS_SHIFT_MOST; lock_shift++) {
		start_playing(1);
		play(lock_shift, "a lock that stands for others");
	}
}

/* What the fraction saves is taking stacks; the stack of who waits is there. */
static void no_fraction_makes_it_less(void)
{
	start_playing(1 << 20);
	at(MS);
	begin_as(HOLDER, wait_for_file(&holder_frame, FILE_TYPE_SOCKET));
	wait_for_mutex(FIRST, 0);
	pass_ms(10);
	is_held(1, 10, "one release in a million is recorded");
}

static void delays_that_are_told_apart(void)
{
	config.histogram = 1;
	start_playing(1);
	play(2, "a histogram, and one lock in four");
	config.histogram = 0;
}

/* Waiters that came when all locks were followed, and such that came later. */
static void changes_while_it_is_held(void)
{
	start_playing(1);
	at_followed(MS, 3);
	begin_as(HOLDER, wait_for_file(&holder_frame, FILE_TYPE_SOCKET));
	wait_for_mutex(FIRST, 0);
	wait_for_mutex(SECOND, 3);
	pass_ms(10);
	is_held(1, 10 + 8 * 10, "two settings");
	pass_ms(1);
	is_held(1, 11 + 8 * 11, "two settings, later");
}

static void who_is_not_followed_charges_nobody(void)
{
	uint64_t ticks = MS;

	start_playing(1);
	while (sampler_lock_keeps(&mutex, ticks, 4))
		ticks += MS;
	at(ticks);
	begin_as(HOLDER, wait_for_file(&holder_frame, FILE_TYPE_SOCKET));
	wait_for_mutex(FIRST, 4);
	pass_ms(10);
	is_held(0, 0, "one of the others");
}

/* On average it is all: ROUNDS waits of 10 ms, one lock in four followed. Four standard errors are 4 sqrt(3 / ROUNDS). */
static void totals_are_right(void)
{
	enum { ROUNDS = 20000 };

	start_playing(5);
	at(MS);
	for (int i = 0; i < ROUNDS; i++) {
		begin_as(HOLDER, wait_for_file(&holder_frame, FILE_TYPE_SOCKET));
		wait_for_mutex(FIRST, 2);
		pass_ms(10);
		held_locks_charge();
		end_as(HOLDER);
		end_as(FIRST);
		pass_ms(1);
	}
	near_ratio((double)held().delay_ticks, (double)ROUNDS * 10 * MS, 0.05, "all that was waited, on average");
	near_ratio((double)held().count / SAMPLER_COUNT_ONE, ROUNDS, 0.05, "as often, on average");
}

int main(void)
{
	sampler_seed(1);
	every_wait_is_charged();
	one_lock_in_many_stands_for_all();
	no_fraction_makes_it_less();
	delays_that_are_told_apart();
	changes_while_it_is_held();
	who_is_not_followed_charges_nobody();
	totals_are_right();
	return done();
}
