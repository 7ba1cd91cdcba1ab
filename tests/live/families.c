/* SPDX-License-Identifier: MIT */
/* families [KIND]: the functions of families.def, or those that wait for that kind, each in functions named for its row. */
#include "families.h"
#include "families_objects.h"

/* Deadlines, as further arguments. */
#define NEVER()
#define FAR()            , DEADLINE(CLOCK_REALTIME, FAMILY_FAR_MS)
#define FAR_REAL()       , CLOCK_REALTIME FAR()
#define FAR_MONOTONIC()  , CLOCK_MONOTONIC, DEADLINE(CLOCK_MONOTONIC, FAMILY_FAR_MS)
#define SOON()           , DEADLINE(CLOCK_REALTIME, FAMILY_SOON_MS)
#define SOON_MONOTONIC() , CLOCK_MONOTONIC, DEADLINE(CLOCK_MONOTONIC, FAMILY_SOON_MS)

/* Notifies no condition. */
#define NOBODY(cond) ((void)(cond))

static void hold_and_post(struct known_waits *waits)
{
	struct object *it = waits->object;

	known_waits_held(waits);
	sem_post(&it->semaphore);
}

static void hold_and_arrive(struct known_waits *waits)
{
	struct object *it = waits->object;

	known_waits_held(waits);
	pthread_barrier_wait(&it->barrier);
}

static _Thread_local struct known_waits *routine_waits;

static void hold_in_routine(void)
{
	known_waits_held(routine_waits);
}

static void hold_in_once(struct known_waits *waits)
{
	struct object *it = waits->object;

	it->once = PTHREAD_ONCE_INIT;
	routine_waits = waits;
	pthread_once(&it->once, hold_in_routine);
}

static void hold_in_call_once(struct known_waits *waits)
{
	struct object *it = waits->object;

	it->flag = (once_flag)ONCE_FLAG_INIT;
	routine_waits = waits;
	call_once(&it->flag, hold_in_routine);
}

static void *thread_held(void *argument)
{
	struct known_waits *waits = argument;
	struct object *it = waits->object;

	it->thread = pthread_self();
	known_waits_held(waits);
	if (waits->expected)
		pthread_detach(pthread_self());
	return NULL;
}

static void hold_in_thread(struct known_waits *waits)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_held, waits))
		abort();
}

static int c11_thread_held(void *argument)
{
	struct known_waits *waits = argument;
	struct object *it = waits->object;

	it->c11_thread = thrd_current();
	known_waits_held(waits);
	return 0;
}

static void hold_in_c11_thread(struct known_waits *waits)
{
	thrd_t thread;

	if (thrd_create(&thread, c11_thread_held, waits) != thrd_success)
		abort();
}

static const struct timespec family_nap = {.tv_nsec = FAMILY_SOON_MS * 1000000L};

/* clang-format off */
#define LOCK(name, made, kind, waiting, deadline, result, taking, releasing)                                           \
	OWN_FRAME static int wait_##name(void *lock)                                                                   \
	{                                                                                                              \
		int got = waiting(lock deadline());                                                                    \
                                                                                                                       \
		if (got == 0)                                                                                          \
			releasing(lock);                                                                               \
		NO_TAIL_CALL();                                                                                        \
		return got;                                                                                            \
	}                                                                                                              \
	OWN_FRAME static void hold_##name(struct known_waits *waits)                                                   \
	{                                                                                                              \
		taking(waits->object);                                                                                 \
		known_waits_held(waits);                                                                               \
		releasing(waits->object);                                                                              \
		NO_TAIL_CALL();                                                                                        \
	}

/* No frame of its own: the wait is that of the function named for the row. */
#define AWAIT_GIVEN(name, waiting, deadline)                                                                           \
	__attribute__((always_inline)) static inline int await_##name(struct object *it)                               \
	{                                                                                                              \
		int got = 0;                                                                                           \
                                                                                                                       \
		while (!it->is_given && got == 0)                                                                      \
			got = waiting((void *)&it->cond, (void *)it deadline());                                       \
		it->is_given = false;                                                                                  \
		return got;                                                                                            \
	}

#define COND(name, made, waiting, deadline, result, locking, notifying, unlocking)                                     \
	AWAIT_GIVEN(name, waiting, deadline)                                                                           \
	OWN_FRAME static int wait_##name(void *argument)                                                               \
	{                                                                                                              \
		struct object *it = argument;                                                                          \
		int got;                                                                                               \
                                                                                                                       \
		locking(argument);                                                                                     \
		got = await_##name(it);                                                                                \
		unlocking(argument);                                                                                   \
		return got;                                                                                            \
	}                                                                                                              \
	OWN_FRAME static void hold_##name(struct known_waits *waits)                                                   \
	{                                                                                                              \
		struct object *it = waits->object;                                                                     \
                                                                                                                       \
		known_waits_held(waits);                                                                               \
		locking(waits->object);                                                                                \
		it->is_given = waits->expected == 0;                                                                   \
		unlocking(waits->object);                                                                              \
		notifying((void *)&it->cond);                                                                          \
	}

#define HANDOVER(name, made, waiting, deadline, locking, notifying, unlocking)                                         \
	AWAIT_GIVEN(name, waiting, deadline)                                                                           \
	OWN_FRAME static int wait_##name(void *argument)                                                               \
	{                                                                                                              \
		struct object *it = argument;                                                                          \
		int got = locking(argument);                                                                           \
                                                                                                                       \
		it->is_given = true;                                                                                   \
		unlocking(argument);                                                                                   \
		notifying((void *)&it->cond);                                                                          \
		NO_TAIL_CALL();                                                                                        \
		return got;                                                                                            \
	}                                                                                                              \
	OWN_FRAME static void hold_##name(struct known_waits *waits)                                                   \
	{                                                                                                              \
		struct object *it = waits->object;                                                                     \
                                                                                                                       \
		locking(waits->object);                                                                                \
		known_waits_held(waits);                                                                               \
		await_##name(it);                                                                                      \
		unlocking(waits->object);                                                                              \
		NO_TAIL_CALL();                                                                                        \
	}

#define WAIT(name, made, kind, waiting, result, hold, call)                                                            \
	OWN_FRAME static int wait_##name(void *argument)                                                               \
	{                                                                                                              \
		struct object *it = argument;                                                                          \
		int got = call;                                                                                        \
                                                                                                                       \
		(void)it;                                                                                              \
		NO_TAIL_CALL();                                                                                        \
		return got;                                                                                            \
	}
#include "families.def"
/* clang-format on */
#undef LOCK
#undef COND
#undef HANDOVER
#undef WAIT

#define FAMILY(name, made, waits_for, waiting, result, holding, releasing)                                             \
	{.waiter = "wait_" #name,                                                                                      \
	 .holder = "hold_" #name,                                                                                      \
	 .kind = waits_for,                                                                                            \
	 .function = waiting,                                                                                          \
	 .release = releasing,                                                                                         \
	 .make = make_##made,                                                                                          \
	 .waits = {.object = &(struct object){}, .wait = wait_##name, .hold = holding, .expected = (result)}},
static struct family families[] = {
#define LOCK(name, made, kind, waiting, deadline, result, taking, releasing)                                           \
	FAMILY(name, made, kind, #waiting, result, hold_##name, #releasing)
#define COND(name, made, waiting, deadline, result, locking, notifying, unlocking)                                     \
	FAMILY(name, made, "cond", #waiting, result, hold_##name, NULL)
#define HANDOVER(name, made, waiting, deadline, locking, notifying, unlocking)                                         \
	FAMILY(name, made, "mutex", #locking, 0, hold_##name, #waiting)
#define WAIT(name, made, kind, waiting, result, hold, call) FAMILY(name, made, kind, #waiting, result, hold, NULL)
#include "families.def"
};

int main(int argc, char **argv)
{
	families_run(families, sizeof(families) / sizeof(*families), argc > 1 ? argv[1] : NULL);
	return 0;
}
