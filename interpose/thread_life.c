/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_create, thrd_create.
 * A second thread is the moment at which the process stops being single-threaded: the rest of the region is reserved and
 * the helper thread started before it. And a new thread knows best where its stack lies, so it begins in a function of
 * ours, which leaves no frame behind.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "lifecycle.h"
#include "libc_versions.h"
#include "real.h"
#include "thread_labels.h"

/* What a new thread is to run, from its creator to itself. Few are ever in use: a thread empties its own at once. */
enum { STARTS = 64 };

struct start {
	_Atomic int is_used;
	union {
		void *(*posix)(void *);
		thrd_start_t c11;
	} routine;
	void *argument;
	uint64_t stack_bytes; /* without a guard */
	uint32_t labels;      /* that it begins with */
};

static struct start starts[STARTS];

/* libc places the descriptor, to which pthread_self points, in the uppermost page of the stack's memory. Taking the upper
 * end of that page for the end of the stack puts the lower limit too high by less than a page, on the safe side. */
static struct stack_limits limits_of(uint64_t stack_bytes)
{
	enum { PAGE_BYTES = 4096 };
	uint64_t descriptor = (uint64_t)pthread_self();

	return (struct stack_limits){.low_address = descriptor + PAGE_BYTES - stack_bytes, .high_address = descriptor};
}

/* In the new thread: what it is to run, and its place in the table free again. */
static struct start start_take(struct start *claimed)
{
	struct start start = {.routine = claimed->routine, .argument = claimed->argument, .labels = claimed->labels};

	thread_begin(limits_of(claimed->stack_bytes));
	/* Pairs with the acquire in start_claim. */
	atomic_store_explicit(&claimed->is_used, 0, memory_order_release);
	if (start.labels)
		thread_labels_inherit(start.labels);
	return start;
}

static void *run_posix(void *claimed)
{
	struct start start = start_take(claimed);

	return start.routine.posix(start.argument);
}

static int run_c11(void *claimed)
{
	struct start start = start_take(claimed);

	return start.routine.c11(start.argument);
}

/* How much stack a thread with these attributes has, 0 if it cannot be told. libc makes a guard inside the stack that it
 * allocates; in one that the program has set it makes none. */
static uint64_t stack_bytes_with(const pthread_attr_t *attributes)
{
	size_t stack_bytes, guard_bytes, set_bytes;
	void *set_stack;

	if (pthread_attr_getstacksize(attributes, &stack_bytes) != 0 ||
	    pthread_attr_getguardsize(attributes, &guard_bytes) != 0 ||
	    pthread_attr_getstack(attributes, &set_stack, &set_bytes) != 0)
		return 0;
	if ((uintptr_t)set_stack + set_bytes != 0) /* it ends at address 0 if the program has set none */
		return stack_bytes;
	return guard_bytes < stack_bytes ? stack_bytes - guard_bytes : 0;
}

static uint64_t stack_bytes_of(const pthread_attr_t *attributes)
{
	pthread_attr_t defaults;
	uint64_t stack_bytes;

	if (!libc_has_threads())
		return 0;
	if (attributes)
		return stack_bytes_with(attributes);
	if (pthread_getattr_default_np(&defaults) != 0)
		return 0;
	stack_bytes = stack_bytes_with(&defaults);
	pthread_attr_destroy(&defaults);
	return stack_bytes;
}

/* NULL when all are in use: the thread then starts without us. */
static struct start *start_claim(const pthread_attr_t *attributes, void *argument)
{
	uint64_t stack_bytes = stack_bytes_of(attributes);

	for (int i = 0; i < STARTS && stack_bytes != 0; i++) {
		int unused = 0;

		if (!atomic_compare_exchange_strong_explicit(&starts[i].is_used, &unused, 1, memory_order_acquire,
							     memory_order_relaxed))
			continue;
		starts[i].argument = argument;
		starts[i].stack_bytes = stack_bytes;
		starts[i].labels = thread_labels_to_inherit();
		thread_announce();
		return &starts[i];
	}
	return NULL;
}

/* The thread could not be created. */
static void start_drop(struct start *start)
{
	thread_retract();
	atomic_store_explicit(&start->is_used, 0, memory_order_release);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument)
{
	struct start *start;
	int error;

	lifecycle_before_thread();
	start = start_claim(attributes, argument);
	if (!start)
		return REAL(pthread_create)(thread, attributes, routine, argument);
	start->routine.posix = routine;
	do {
		error = REAL(pthread_create)(thread, attributes, run_posix, start);
	} while (error == EAGAIN && lifecycle_gives_way());
	if (error)
		start_drop(start);
	return error;
}

int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
	struct start *start;
	int error;

	lifecycle_before_thread();
	start = start_claim(NULL, argument);
	if (!start)
		return REAL(thrd_create)(thread, routine, argument);
	start->routine.c11 = routine;
	do {
		error = REAL(thrd_create)(thread, run_c11, start);
	} while (error != thrd_success && lifecycle_gives_way());
	if (error != thrd_success)
		start_drop(start);
	return error;
}
