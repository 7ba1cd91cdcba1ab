/* SPDX-License-Identifier: MIT */
/* Goal: a semaphore is taken for a lock exactly as long as the rule of semaphore_locks.h says. */
#include <stddef.h>
#include <string.h>

#include "check.h"
#include "losses.h"
#include "semaphore_locks.h"

static struct losses losses;
static char semaphore[32];

/* By number of thread, for t_run: thread 0 is the one that holds, thread 1 another. */
static bool posted_by_other;

static void post_elsewhere(unsigned number, void *argument)
{
	(void)number;
	(void)argument;
	posted_by_other = semaphore_locks_posted(semaphore);
}

static void take_elsewhere(unsigned number, void *argument)
{
	(void)number;
	(void)argument;
	semaphore_locks_taken(semaphore);
}

static void used_as_a_lock(void)
{
	semaphore_locks_initialised(semaphore, 1);
	for (int i = 0; i < 3; i++) {
		semaphore_locks_taken(semaphore);
		ok(semaphore_locks_posted(semaphore), "the holder's post ends a critical section (%d)", i);
	}
	t_run(1, take_elsewhere, NULL);
	ok(semaphore_locks_is_one(semaphore), "another may hold it in turn");
}

static void posted_by_another(void)
{
	semaphore_locks_initialised(semaphore, 1);
	semaphore_locks_taken(semaphore);
	t_run(1, post_elsewhere, NULL);
	ok(!posted_by_other, "another's post ends nothing");
	ok(!semaphore_locks_is_one(semaphore), "and it is a lock no more");
	ok(!semaphore_locks_posted(semaphore), "not even for its holder");
}

static void taken_while_held(void)
{
	semaphore_locks_initialised(semaphore, 1);
	semaphore_locks_taken(semaphore);
	t_run(1, take_elsewhere, NULL);
	ok(!semaphore_locks_is_one(semaphore), "two holders at a time: a counter, not a lock");
}

static void posted_without_being_held(void)
{
	semaphore_locks_initialised(semaphore, 1);
	ok(!semaphore_locks_posted(semaphore), "a post by nobody's holder ends nothing");
	ok(!semaphore_locks_is_one(semaphore), "and it is no lock");
}

static void other_values(void)
{
	semaphore_locks_initialised(semaphore, 1);
	semaphore_locks_initialised(semaphore, 0);
	ok(!semaphore_locks_is_one(semaphore), "the value 0 makes no lock of what was one");
	semaphore_locks_initialised(semaphore, 2);
	ok(!semaphore_locks_is_one(semaphore), "nor does 2");
	semaphore_locks_initialised(semaphore, 1);
	semaphore_locks_taken(semaphore);
	semaphore_locks_initialised(semaphore, 1);
	semaphore_locks_taken(semaphore);
	ok(semaphore_locks_is_one(semaphore), "a new life begins without a holder");
	semaphore_locks_destroyed(semaphore);
	ok(!semaphore_locks_is_one(semaphore), "and ends with sem_destroy");
}

static void full_table_is_a_loss(void)
{
	enum { MANY = 2 * SEMAPHORE_LOCKS };
	static char many[MANY][32];
	unsigned known = 0;

	for (int i = 0; i < MANY; i++)
		semaphore_locks_initialised(many[i], 1);
	for (int i = 0; i < MANY; i++)
		known += semaphore_locks_is_one(many[i]);
	ok(known >= SEMAPHORE_LOCKS / 2 && known <= SEMAPHORE_LOCKS, "%u locks are known", known);
	is_u64(atomic_load(&losses.events[LOSS_SEMAPHORES_FULL]), MANY - known, "the others are counted");
	for (int i = 0; i < MANY; i++)
		semaphore_locks_destroyed(many[i]);
	semaphore_locks_initialised(semaphore, 1);
	ok(semaphore_locks_is_one(semaphore), "there is room again");
}

int main(void)
{
	losses_init(&losses);
	used_as_a_lock();
	posted_by_another();
	taken_while_held();
	posted_without_being_held();
	other_values();
	full_table_is_a_loss();
	return done();
}
