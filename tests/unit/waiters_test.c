/* SPDX-License-Identifier: MIT */
/* Goal: every release is charged with exactly the waiting that it ended, in whatever order waiters come and go. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_clock.h"
#include "losses.h"
#include "waiters.h"

enum { LOCKS = 4, WAITERS = 16, SHIFTS = 3 /* those of two locks fit a bucket */ };

static struct waiters table;
static struct losses losses;

/* Locks 0 and 1 share a bucket; 2 and 3 lie in other ones. */
static char memory[1 << 20];
static const void *locks[LOCKS];

enum step_kind { END, ARRIVE, RELEASE, DEPART };

/* At `at`: waiter `who` arrives for `lock`; or `lock` is released and must be charged `expected`; or waiter `who` departs
 * and must have `expected` of its wait uncharged. */
struct step {
	enum step_kind kind;
	uint64_t at;
	int lock;
	int who;
	uint64_t expected;
};

struct scenario {
	const char *name;
	struct step steps[24];
};

static const struct scenario scenarios[] = {
	{"golang/go#73760: holders of 1, 5, 2, 3, 4 with four waiters from 0",
	 {{ARRIVE, 0, 0, 0, 0},
	  {ARRIVE, 0, 0, 1, 0},
	  {ARRIVE, 0, 0, 2, 0},
	  {ARRIVE, 0, 0, 3, 0},
	  {RELEASE, 1, 0, 0, 4},
	  {DEPART, 1, 0, 0, 0},
	  {RELEASE, 6, 0, 0, 15},
	  {DEPART, 6, 0, 1, 0},
	  {RELEASE, 8, 0, 0, 4},
	  {DEPART, 8, 0, 2, 0},
	  {RELEASE, 11, 0, 0, 3},
	  {DEPART, 11, 0, 3, 0},
	  {RELEASE, 15, 0, 0, 0}}},
	{"nobody waits: nothing is charged", {{RELEASE, 10, 0, 0, 0}, {RELEASE, 20, 0, 0, 0}}},
	{"one waiter, handed over late: the hand-off is nobody's",
	 {{ARRIVE, 100, 0, 0, 0}, {RELEASE, 150, 0, 0, 50}, {DEPART, 157, 0, 0, 7}}},
	{"a waiter times out before any release: all its wait stays uncharged",
	 {{ARRIVE, 10, 0, 0, 0}, {DEPART, 40, 0, 0, 30}, {RELEASE, 50, 0, 0, 0}}},
	{"one of two times out between releases: only what was charged before it left counts",
	 {{ARRIVE, 0, 0, 0, 0},
	  {ARRIVE, 10, 0, 1, 0},
	  {RELEASE, 20, 0, 0, 30},
	  {DEPART, 25, 0, 1, 5},
	  {RELEASE, 40, 0, 0, 20},
	  {DEPART, 40, 0, 0, 0}}},
	{"a cancelled waiter that came after the last release leaves no trace",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {ARRIVE, 15, 0, 1, 0},
	  {DEPART, 18, 0, 1, 3},
	  {RELEASE, 30, 0, 0, 20},
	  {DEPART, 30, 0, 0, 0}}},
	{"barging: a thread that never waited takes the lock between; its own section is charged to it",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {RELEASE, 16, 0, 0, 6}, /* the barger's */
	  {DEPART, 17, 0, 0, 1}}},
	{"a waiter that arrives between two releases pays only from its arrival",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {DEPART, 11, 0, 0, 1},
	  {ARRIVE, 14, 0, 1, 0},
	  {RELEASE, 20, 0, 0, 6},
	  {DEPART, 20, 0, 1, 0}}},
	{"a waiter that arrives while others have been charged already",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {ARRIVE, 12, 0, 1, 0},
	  {RELEASE, 20, 0, 0, 18},
	  {DEPART, 21, 0, 0, 1},
	  {RELEASE, 30, 0, 0, 10},
	  {DEPART, 30, 0, 1, 0}}},
	{"two locks in one bucket keep apart",
	 {{ARRIVE, 0, 0, 0, 0},
	  {ARRIVE, 5, 1, 1, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {RELEASE, 11, 1, 0, 6},
	  {DEPART, 12, 0, 0, 2},
	  {RELEASE, 20, 1, 0, 9},
	  {DEPART, 20, 1, 1, 0},
	  {RELEASE, 30, 0, 0, 0},
	  {RELEASE, 30, 1, 0, 0}}},
	{"an entry that another lock had before starts from nothing",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 10, 0, 0, 10},
	  {DEPART, 10, 0, 0, 0},
	  {ARRIVE, 50, 1, 1, 0},
	  {RELEASE, 60, 1, 0, 10},
	  {RELEASE, 60, 0, 0, 0},
	  {DEPART, 61, 1, 1, 1}}},
	{"the releaser is a thread that never took the lock: charged like any other",
	 {{ARRIVE, 3, 2, 0, 0}, {RELEASE, 8, 2, 0, 5}, {DEPART, 9, 2, 0, 1}}},
	{"two releases at the same instant: the second ended no waiting",
	 {{ARRIVE, 0, 0, 0, 0}, {RELEASE, 10, 0, 0, 10}, {RELEASE, 10, 0, 0, 0}, {DEPART, 10, 0, 0, 0}}},
	{"the lock goes idle and is contended again",
	 {{ARRIVE, 0, 3, 0, 0},
	  {RELEASE, 4, 3, 0, 4},
	  {DEPART, 5, 3, 0, 1},
	  {RELEASE, 100, 3, 0, 0},
	  {ARRIVE, 200, 3, 0, 0},
	  {RELEASE, 207, 3, 0, 7},
	  {DEPART, 207, 3, 0, 0}}},
	{"readers release one after the other while a writer waits",
	 {{ARRIVE, 0, 0, 0, 0},
	  {RELEASE, 3, 0, 0, 3},
	  {RELEASE, 7, 0, 0, 4},
	  {RELEASE, 9, 0, 0, 2},
	  {DEPART, 9, 0, 0, 0}}},
	{"the releaser's clock lies behind the waiter's: nothing now, all of it at the next release",
	 {{ARRIVE, 100, 0, 0, 0}, {RELEASE, 98, 0, 0, 0}, {RELEASE, 130, 0, 0, 30}, {DEPART, 130, 0, 0, 0}}},
};

static void choose_locks(void)
{
	uint32_t first = waiters_bucket_of(&memory[0]);
	size_t found = 1;

	locks[0] = &memory[0];
	for (size_t i = 8; i < sizeof(memory) && !locks[1]; i += 8)
		if (waiters_bucket_of(&memory[i]) == first)
			locks[1] = &memory[i];
	for (size_t i = 8; i < sizeof(memory) && found < 3; i += 8)
		if (waiters_bucket_of(&memory[i]) != first)
			locks[++found] = &memory[i];
	ok(locks[1] && found == 3, "there are locks that share a bucket and locks that do not");
}

static void start_afresh(void)
{
	memset(&table, 0, sizeof(table));
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	waiters_init(&table);
}

static struct waiters_note note_of(const void *lock, uint32_t shift)
{
	return (struct waiters_note){.number = (uint32_t)((const char *)lock - memory) + 1, .shift = shift};
}

/* Whoever is charged is told which lock it was. */
static uint64_t charge_of(const void *lock)
{
	struct waiters_note note = {.number = 0};
	uint64_t charge_ticks = waiters_charge(lock, &note);

	return note.number == (charge_ticks ? note_of(lock, 0).number : 0) ? charge_ticks : UINT64_MAX;
}

static bool step_holds(const struct step *step, struct waiter *waiters)
{
	atomic_store(&fake_now_ticks, step->at);
	if (step->kind == ARRIVE)
		return waiters_arrive(locks[step->lock], note_of(locks[step->lock], 0), &waiters[step->who]);
	if (step->kind == RELEASE)
		return charge_of(locks[step->lock]) == step->expected;
	return waiters_depart(&waiters[step->who], step->at) == step->expected;
}

static bool nobody_is_left(void)
{
	for (unsigned bucket = 0; bucket < WAITERS_BUCKETS; bucket++)
		if (atomic_load(&waiters_presence[bucket].count) != 0)
			return false;
	return true;
}

static void play(const struct scenario *scenario)
{
	struct waiter waiters[WAITERS] = {0};

	start_afresh();
	for (const struct step *step = scenario->steps; step->kind != END; step++)
		if (!step_holds(step, waiters)) {
			ok(false, "%s: step %td", scenario->name, step - scenario->steps);
			return;
		}
	ok(nobody_is_left(), "%s", scenario->name);
}

/* More locks than ways in one bucket. */
static void fill_the_bucket(void)
{
	struct waiter waiters[WAITERS_WAYS + 1];
	unsigned arrived = 0;

	start_afresh();
	atomic_store(&fake_now_ticks, 10);
	for (size_t i = 0; i < sizeof(memory) && arrived < WAITERS_WAYS; i += 8)
		if (waiters_bucket_of(&memory[i]) == waiters_bucket_of(locks[0]) && &memory[i] != locks[1])
			arrived += waiters_arrive(&memory[i], note_of(&memory[i], 0), &waiters[arrived]);
	is_u64(arrived, WAITERS_WAYS, "a bucket holds as many locks as it has ways");
	ok(!waiters_arrive(locks[1], note_of(locks[1], 0), &waiters[WAITERS_WAYS]), "one lock more is refused");
	is_u64(waiters[WAITERS_WAYS].since_ticks, 10, "its wait has a beginning all the same");
	is_u64(atomic_load(&losses.events[LOSS_WAITERS_FULL]), 1, "and is counted as lost");
	atomic_store(&fake_now_ticks, 30);
	is_u64(waiters_depart(&waiters[WAITERS_WAYS], 30), 0, "the refused one departs from nowhere");
	is_u64(charge_of(locks[0]), 20, "the others are not disturbed");
	for (unsigned i = 0; i < WAITERS_WAYS; i++)
		waiters_depart(&waiters[i], 30);
	ok(waiters_arrive(locks[1], note_of(locks[1], 0), &waiters[0]), "there is room again when they are gone");
	waiters_depart(&waiters[0], 30);
	ok(nobody_is_left(), "nobody is left behind");
}

/* Random arrivals, releases and departures on several locks, against a model that walks over all waiters. */
struct model {
	bool waits[WAITERS];
	int lock[WAITERS];
	uint64_t until[WAITERS]; /* charged up to */
	uint32_t shift[WAITERS];
};

static uint64_t model_charge(struct model *model, int lock, uint64_t now)
{
	uint64_t charge = 0;

	for (int who = 0; who < WAITERS; who++)
		if (model->waits[who] && model->lock[who] == lock) {
			charge += (now - model->until[who]) << model->shift[who];
			model->until[who] = now;
		}
	return charge;
}

static void compare_with_model(unsigned seed, bool has_shifts)
{
	struct waiter waiters[WAITERS] = {0};
	struct model model = {0};
	uint64_t now = 1, charged = 0, handed_off = 0, waited = 0;
	bool same = true;

	start_afresh();
	srand(seed);
	for (int step = 0; step < 20000 && same; step++) {
		int who = rand() % WAITERS, lock = rand() % LOCKS;

		atomic_store(&fake_now_ticks, now += rand() % 1000);
		if (rand() % 2) {
			uint64_t charge = charge_of(locks[lock]);

			same = charge == model_charge(&model, lock, now);
			charged += charge;
		} else if (!model.waits[who]) {
			model.shift[who] = has_shifts ? (uint32_t)rand() % SHIFTS : 0;
			same = waiters_arrive(locks[lock], note_of(locks[lock], model.shift[who]), &waiters[who]);
			model.waits[who] = true;
			model.lock[who] = lock;
			model.until[who] = now;
		} else {
			uint64_t since = waiters[who].since_ticks;
			uint64_t rest = waiters_depart(&waiters[who], now);

			same = rest == (now - model.until[who]) << model.shift[who];
			waited += (now - since) << model.shift[who];
			handed_off += rest;
			model.waits[who] = false;
		}
	}
	for (int who = 0; who < WAITERS; who++)
		if (model.waits[who]) {
			waited += (now - waiters[who].since_ticks) << model.shift[who];
			handed_off += waiters_depart(&waiters[who], now);
		}
	ok(same, "seed %u: each of 20000 charges and departures is the model's", seed);
	is_u64(charged, waited - handed_off, "seed %u: charged = waited - hand-off, to the tick", seed);
	ok(nobody_is_left(), "seed %u: nobody is left behind", seed);
}

/* Threads come and go on the same locks at once, while the clock runs. Each tick of waiting is charged once or is hand-off. */
static _Atomic uint64_t charged_by_threads, waited_by_threads, handed_off_by_threads;

static void come_and_go(unsigned number, void *unused)
{
	(void)unused;
	for (int round = 0; round < 20000; round++) {
		const void *lock = locks[(number + round) % LOCKS];
		struct waiter waiter;
		uint64_t now;

		if (number % 2) {
			atomic_fetch_add(&charged_by_threads, charge_of(lock));
			atomic_fetch_add(&fake_now_ticks, 3);
			continue;
		}
		waiters_arrive(lock, note_of(lock, 0), &waiter);
		atomic_fetch_add(&fake_now_ticks,
				 5); /* so that there is something to charge, however threads are scheduled */
		atomic_fetch_add(&charged_by_threads, charge_of(lock));
		/* The future, so that no charge can come after the wait's end. */
		now = atomic_load(&fake_now_ticks) + (UINT64_C(1) << 40);
		atomic_fetch_add(&waited_by_threads, now - waiter.since_ticks);
		atomic_fetch_add(&handed_off_by_threads, waiters_depart(&waiter, now));
	}
}

int main(void)
{
	choose_locks();
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		play(&scenarios[i]);
	fill_the_bucket();
	for (unsigned seed = 1; seed <= 10; seed++)
		compare_with_model(seed, seed > 5);
	start_afresh();
	t_run(8, come_and_go, NULL);
	is_u64(atomic_load(&charged_by_threads), atomic_load(&waited_by_threads) - atomic_load(&handed_off_by_threads),
	       "8 threads at once: charged = waited - hand-off, to the tick");
	ok(atomic_load(&charged_by_threads) > 0, "and something was charged");
	ok(nobody_is_left(), "nobody is left behind");
	is_u64(atomic_load(&losses.events[LOSS_WAITERS_FULL]), 0, "nothing was lost");
	return done();
}
