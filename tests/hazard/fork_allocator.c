/* SPDX-License-Identifier: MIT
 *
 * Goal: a child that unlocks what threads of its parent wait for, before anybody else's fork handler has run, gets one region,
 * and leaves none.
 */
#include <stdatomic.h>

#include "hazard.h"

extern pthread_mutex_t fork_allocator_lock;
extern void (*fork_allocator_locked)(void);

static _Atomic pid_t waiter;
static _Atomic bool is_locked;

static void *wait_for_it(void *unused)
{
	while (!atomic_load(&is_locked))
		hazard_sleep_us(50);
	atomic_store(&waiter, gettid());
	need(!pthread_mutex_lock(&fork_allocator_lock), "lock");
	need(!pthread_mutex_unlock(&fork_allocator_lock), "unlock");
	return unused;
}

static void await_waiter(void)
{
	atomic_store(&is_locked, true);
	while (!atomic_load(&waiter))
		hazard_sleep_us(50);
	hazard_await_asleep(atomic_load(&waiter));
}

int main(void)
{
	hazard_limit(20);
	fork_allocator_locked = await_waiter;
	for (int i = 0; i < 10; i++) {
		atomic_store(&is_locked, false);
		atomic_store(&waiter, 0);
		pthread_t thread = hazard_start(wait_for_it, NULL);
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid)
			_exit(0);
		need(hazard_wait(pid) == 0, "child %d", i);
		hazard_join(thread);
	}
	return 0;
}
