/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_create.
 * A second thread is the moment at which the process stops being single-threaded: the rest of the region is reserved and
 * the helper thread started before it. And a new thread knows best where its stack lies, so it begins in a function of
 * ours, which leaves no frame behind.
 */
#include <stdatomic.h>
#include <stddef.h>

#include "lifecycle.h"
#include "real.h"
#include "thread.h"

/* What a new thread is to run, from its creator to itself. Few are ever in use: a thread empties its own at once. */
enum { STARTS = 64 };

struct start {
	_Atomic int is_used;
	void *(*routine)(void *);
	void *argument;
	uint64_t stack_bytes; /* without the guard */
};

static struct start starts[STARTS];

static struct start *start_claim(void)
{
	for (int i = 0; i < STARTS; i++) {
		int unused = 0;

		/* Pairs with the release in run_thread. */
		if (atomic_compare_exchange_strong_explicit(&starts[i].is_used, &unused, 1, memory_order_acquire,
							    memory_order_relaxed))
			return &starts[i];
	}
	return NULL;
}

/* libc places the descriptor, to which pthread_self points, in the uppermost page of the stack's memory. Taking the upper
 * end of that page for the end of the stack puts the lower limit too high by less than a page, on the safe side. */
static struct stack_limits limits_of(uint64_t stack_bytes)
{
	enum { PAGE_BYTES = 4096 };
	uint64_t descriptor = (uint64_t)pthread_self();

	return (struct stack_limits){.low_address = descriptor + PAGE_BYTES - stack_bytes, .high_address = descriptor};
}

static void *run_thread(void *argument)
{
	struct start *start = argument;
	void *(*routine)(void *) = start->routine;
	void *routine_argument = start->argument;

	thread_set_stack(limits_of(start->stack_bytes));
	atomic_store_explicit(&start->is_used, 0, memory_order_release);
	return routine(routine_argument);
}

/* 0 if it cannot be told. */
static uint64_t stack_bytes_of(const pthread_attr_t *attributes)
{
	size_t stack_bytes, guard_bytes;
	pthread_attr_t defaults;

	if (!attributes && pthread_getattr_default_np(&defaults) != 0)
		return 0;
	if (pthread_attr_getstacksize(attributes ? attributes : &defaults, &stack_bytes) != 0 ||
	    pthread_attr_getguardsize(attributes ? attributes : &defaults, &guard_bytes) != 0 ||
	    guard_bytes >= stack_bytes)
		stack_bytes = guard_bytes = 0;
	if (!attributes)
		pthread_attr_destroy(&defaults);
	return stack_bytes - guard_bytes;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument)
{
	uint64_t stack_bytes = stack_bytes_of(attributes);
	struct start *start = stack_bytes ? start_claim() : NULL;
	int error;

	lifecycle_before_thread();
	if (!start)
		return REAL(pthread_create)(thread, attributes, routine, argument);
	start->routine = routine;
	start->argument = argument;
	start->stack_bytes = stack_bytes;
	error = REAL(pthread_create)(thread, attributes, run_thread, start);
	if (error)
		atomic_store_explicit(&start->is_used, 0, memory_order_release);
	return error;
}
