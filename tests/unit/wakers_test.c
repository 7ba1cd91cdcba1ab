/* SPDX-License-Identifier: MIT */
/* Goal: each waiter that was woken gets the wake that ended its wait, one that was not gets none, and nobody gets another
 * object's. */
#include <limits.h>
#include <string.h>

#include "check.h"
#include "losses.h"
#include "wakers.h"

enum { OBJECTS = 3, WAITERS = 8, SAMPLES = 16, NONE = -1 };

static struct losses losses;
static char objects[OBJECTS][64];
static struct sample samples[SAMPLES];

enum step_kind { END, ARRIVE, WAKE, OVERTAKEN, WOKEN, GIVE_UP };

/* Waiter `who` arrives for `object`; `object` is woken by sample `who`, `count` waiters; overtaken; waiter `who` departs woken
 * and must get sample `count`; or gives up. */
struct step {
	enum step_kind kind;
	int object;
	int who;
	int count;
};

struct scenario {
	const char *name;
	struct step steps[20];
};

static const struct scenario scenarios[] = {
	{"a wake without waiters is for nobody", {{WAKE, 0, 1, 1}, {ARRIVE, 0, 0, 0}, {WOKEN, 0, 0, NONE}}},
	{"a wake of none is for nobody",
	 {{ARRIVE, 0, 0, 0}, {WAKE, 0, 1, 0}, {ARRIVE, 0, 1, 0}, {WOKEN, 0, 0, NONE}, {WOKEN, 0, 1, NONE}}},
	{"one waiter, one wake", {{ARRIVE, 0, 0, 0}, {WAKE, 0, 1, 1}, {WOKEN, 0, 0, 1}}},
	{"wakes are taken in their order",
	 {{ARRIVE, 0, 0, 0}, {ARRIVE, 0, 1, 0}, {WAKE, 0, 1, 1}, {WAKE, 0, 2, 1}, {WOKEN, 0, 1, 1}, {WOKEN, 0, 0, 2}}},
	{"a broadcast is for all that wait, and for no later one",
	 {{ARRIVE, 0, 0, 0},
	  {ARRIVE, 0, 1, 0},
	  {WAKE, 0, 3, INT_MAX},
	  {ARRIVE, 0, 2, 0},
	  {WOKEN, 0, 0, 3},
	  {WOKEN, 0, 1, 3},
	  {WAKE, 0, 4, 1},
	  {WOKEN, 0, 2, 4}}},
	{"who gives up takes no wake along",
	 {{ARRIVE, 0, 0, 0}, {ARRIVE, 0, 1, 0}, {WAKE, 0, 5, 1}, {GIVE_UP, 0, 0, 0}, {WOKEN, 0, 1, 5}}},
	{"but no more wakes stay than waiters",
	 {{ARRIVE, 0, 0, 0},
	  {ARRIVE, 0, 1, 0},
	  {WAKE, 0, 5, INT_MAX},
	  {GIVE_UP, 0, 0, 0},
	  {ARRIVE, 0, 2, 0},
	  {WAKE, 0, 6, 1},
	  {WOKEN, 0, 1, 5},
	  {WOKEN, 0, 2, 6}}},
	{"a woken waiter that nobody is known to have woken",
	 {{ARRIVE, 0, 0, 0}, {WOKEN, 0, 0, NONE}, {WAKE, 0, 1, 1}, {ARRIVE, 0, 0, 0}, {WOKEN, 0, 0, NONE}}},
	{"a semaphore's value taken by one that did not wait",
	 {{ARRIVE, 0, 0, 0}, {WAKE, 0, 1, 1}, {OVERTAKEN, 0, 0, 0}, {WAKE, 0, 2, 1}, {WOKEN, 0, 0, 2}}},
	{"objects are kept apart",
	 {{ARRIVE, 0, 0, 0},
	  {ARRIVE, 1, 1, 0},
	  {WAKE, 1, 7, INT_MAX},
	  {WAKE, 2, 8, 1},
	  {OVERTAKEN, 2, 0, 0},
	  {WAKE, 0, 9, 1},
	  {WOKEN, 0, 0, 9},
	  {WOKEN, 1, 1, 7}}},
	{"what one round leaves does not reach the next",
	 {{ARRIVE, 0, 0, 0},
	  {WAKE, 0, 1, 1},
	  {GIVE_UP, 0, 0, 0},
	  {ARRIVE, 0, 1, 0},
	  {WAKE, 0, 2, 1},
	  {WOKEN, 0, 1, 2}}},
};

static void start_afresh(void)
{
	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	wakers_init();
}

static int number_of(const struct sample *sample)
{
	return sample ? (int)(sample - samples) : NONE;
}

static void play(const struct scenario *scenario)
{
	struct wakers_place places[WAITERS];

	start_afresh();
	for (const struct step *step = scenario->steps; step->kind != END; step++) {
		const void *object = objects[step->object];
		int got = NONE, expected = NONE;

		if (step->kind == ARRIVE)
			wakers_arrive(object, &places[step->who]);
		else if (step->kind == WAKE)
			wakers_wake(object, &samples[step->who], step->count);
		else if (step->kind == OVERTAKEN)
			wakers_overtaken(object);
		else
			got = number_of(wakers_depart(&places[step->who], step->kind == WOKEN));
		if (step->kind == WOKEN)
			expected = step->count;
		ok(got == expected, "%s: step %td", scenario->name, step - scenario->steps);
	}
	for (int i = 0; i < OBJECTS; i++)
		is_u64(wakers_waiting(objects[i]), 0, "%s: nobody waits for object %d", scenario->name, i);
}

static void waiters_are_counted(void)
{
	struct wakers_place places[3];

	start_afresh();
	for (int i = 0; i < 3; i++)
		wakers_arrive(objects[0], &places[i]);
	is_u64(wakers_waiting(objects[0]), 3, "three wait");
	wakers_wake(objects[0], &samples[0], 2);
	is_u64(wakers_waiting(objects[0]), 1, "one does after two were woken");
	wakers_wake(objects[0], &samples[0], UINT_MAX);
	is_u64(wakers_waiting(objects[0]), 0, "none after all were");
}

static void full_runs_are_a_loss(void)
{
	struct wakers_place places[WAKERS_RUNS + 1];

	start_afresh();
	for (int i = 0; i <= WAKERS_RUNS; i++)
		wakers_arrive(objects[0], &places[i]);
	for (int i = 0; i <= WAKERS_RUNS; i++)
		wakers_wake(objects[0], &samples[i], 1);
	is_u64(atomic_load(&losses.events[LOSS_WAKERS_FULL]), 1, "one stack more than an entry holds is counted");
	for (int i = 0; i < WAKERS_RUNS; i++)
		ok(number_of(wakers_depart(&places[i], true)) == i, "wake %d is kept", i);
	ok(!wakers_depart(&places[WAKERS_RUNS], true), "the last waiter goes without");
}

static void full_table_is_a_loss(void)
{
	enum { MANY = 2 * WAKERS_ENTRIES };
	static char many[MANY][64];
	static struct wakers_place places[MANY];
	unsigned without = 0;

	start_afresh();
	for (int i = 0; i < MANY; i++)
		wakers_arrive(many[i], &places[i]);
	for (int i = 0; i < MANY; i++) {
		without += places[i].entry == NULL;
		wakers_depart(&places[i], false);
	}
	ok(without >= MANY - WAKERS_ENTRIES, "%u of %d waiters had no place", without, MANY);
	is_u64(atomic_load(&losses.events[LOSS_WAKERS_FULL]), without, "and were counted");
	wakers_arrive(objects[0], &places[0]);
	ok(places[0].entry != NULL, "the places are free again");
}

static _Atomic unsigned wakes_entered, wakes_taken;

static void come_and_go(unsigned number, void *argument)
{
	const void *object = objects[number % 2];

	(void)argument;
	for (unsigned i = 0; i < 20000; i++) {
		struct wakers_place place;

		wakers_arrive(object, &place);
		if (i % 3 == 0)
			wakers_wake(objects[i % 2], &samples[number], 1);
		atomic_fetch_add(&wakes_entered, i % 3 == 0);
		atomic_fetch_add(&wakes_taken, wakers_depart(&place, i % 4 != 0) != NULL);
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		play(&scenarios[i]);
	waiters_are_counted();
	full_runs_are_a_loss();
	full_table_is_a_loss();
	start_afresh();
	t_run(8, come_and_go, NULL);
	ok(wakes_taken > 0 && wakes_taken <= wakes_entered, "8 threads at once: %u of %u wakes taken", wakes_taken,
	   wakes_entered);
	is_u64(wakers_waiting(objects[0]) + wakers_waiting(objects[1]), 0, "nobody is left behind");
	return done();
}
