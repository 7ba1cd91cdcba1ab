/* SPDX-License-Identifier: MIT */
/* Goal: a word looks like a lock's exactly as the rule of futex_locks.h says. The last condition, what the word is, is the
 * caller's: here it is only told which value it may have. */
#include <stddef.h>

#include "check.h"
#include "futex_locks.h"

static uint32_t word;
static struct sample waiter, other_waiter;

static void wait_with(uint32_t expected)
{
	futex_locks_waited(&word, expected, &waiter);
}

static bool wake_looks_like_release(uint32_t waiters)
{
	return futex_locks_woken(&word, waiters).may_be_lock;
}

static void nobody_waited(void)
{
	futex_locks_init();
	ok(!wake_looks_like_release(1), "a word that nobody waited for is nothing");
	ok(!futex_locks_woken(&word, 1).waiter, "and has no waiter");
}

/* 0 free, 1 taken, 2 taken and waited for. */
static void a_mutex(void)
{
	futex_locks_init();
	for (int i = 0; i < 3; i++) {
		wait_with(2);
		ok(wake_looks_like_release(1), "one is woken who expects always the same (%d)", i);
	}
	is_u64(futex_locks_woken(&word, 1).expected, 2, "the word may have that value");
	ok(futex_locks_woken(&word, 1).waiter == &waiter, "its waiter is known");
	futex_locks_waited(&word, 2, &other_waiter);
	ok(futex_locks_woken(&word, 1).waiter == &other_waiter, "the last one");
	ok(!wake_looks_like_release(2), "two are woken: no lock");
	ok(!wake_looks_like_release(INT32_MAX), "all are woken: no lock");
	ok(wake_looks_like_release(1), "but one is again");
}

static void a_condition(void)
{
	futex_locks_init();
	wait_with(7);
	ok(wake_looks_like_release(1), "the first value tells nothing: the word must");
	for (uint32_t value = 8; value < 12; value++) {
		wait_with(value);
		wait_with(value);
		ok(!wake_looks_like_release(1), "a value that is another after each wake is a counter (%u)", value);
	}
}

static void values_that_are_none(void)
{
	futex_locks_init();
	for (int i = 0; i < 3; i++) {
		wait_with(0);
		ok(!wake_looks_like_release(1), "0 is expected: a semaphore, or an event (%d)", i);
	}
	futex_locks_init();
	for (int i = 0; i < 3; i++) {
		wait_with(UINT32_MAX);
		ok(!wake_looks_like_release(1), "-1 is expected: a thread that is parked (%d)", i);
	}
}

/* Two threads that hand each other a turn: 1, 2, 1, 2. */
static void taking_turns(void)
{
	futex_locks_init();
	wait_with(1);
	(void)wake_looks_like_release(1);
	for (uint32_t turn = 2; turn < 8; turn++) {
		wait_with(turn % 2 ? 1 : 2);
		ok(!wake_looks_like_release(1), "no value comes back without another in between (%u)", turn);
	}
}

/* The memory is used for something else. */
static void another_life(void)
{
	futex_locks_init();
	wait_with(0);
	ok(!wake_looks_like_release(1), "a semaphore first");
	wait_with(2);
	ok(!wake_looks_like_release(1), "then perhaps a lock");
	wait_with(2);
	ok(wake_looks_like_release(1), "it is one when the value has come back");
	wait_with(0);
	ok(!wake_looks_like_release(1), "and a semaphore again");
}

static void a_full_table_forgets(void)
{
	enum { MANY = 8 * FUTEX_LOCKS };
	static uint32_t many[MANY];
	unsigned known = 0;

	futex_locks_init();
	for (int i = 0; i < MANY; i++) {
		futex_locks_waited(&many[i], 2, &waiter);
		if (!futex_locks_woken(&many[i], 1).may_be_lock)
			break;
		known++;
	}
	is_u64(known, MANY, "whoever waits now is known");
	known = 0;
	for (int i = 0; i < MANY; i++)
		known += futex_locks_woken(&many[i], 1).may_be_lock;
	ok(known >= FUTEX_LOCKS / 2 && known <= FUTEX_LOCKS, "%u of those before are", known);
	futex_locks_init();
	ok(!futex_locks_woken(&many[MANY - 1], 1).waiter, "a fresh table knows nobody");
}

int main(void)
{
	nobody_waited();
	a_mutex();
	a_condition();
	values_that_are_none();
	taking_turns();
	another_life();
	a_full_table_forgets();
	return done();
}
