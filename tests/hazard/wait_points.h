/* SPDX-License-Identifier: MIT */
/* wait_points: every wait that is a cancellation point, as a table of functions that call it, and the objects it waits on.
 *
 * Of C and C++ programs. The mutexes are locked by the thread that waits; everything else belongs to who made it.
 */
#ifndef CONTEND_TESTS_HAZARD_WAIT_POINTS_H
#define CONTEND_TESTS_HAZARD_WAIT_POINTS_H

#include <semaphore.h>
#include <threads.h>

#include "hazard.h"

struct hazard_waited {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	mtx_t c11_mutex;
	cnd_t c11_cond;
	sem_t semaphore;
	pthread_t sleeper;
	struct timespec deadline, duration; /* CLOCK_REALTIME; far */
	sem_t sleeper_may_end;
};

struct hazard_point {
	const char *name;
	void (*wait)(struct hazard_waited *all);
};

#define POINT(function, arguments)                                                                                     \
	static inline void hazard_point_##function(struct hazard_waited *all)                                          \
	{                                                                                                              \
		function arguments;                                                                                    \
	}
#include "hazard/wait_points.def"
#undef POINT

#define POINT(function, arguments) {#function, hazard_point_##function},
static const struct hazard_point hazard_points[] = {
#include "hazard/wait_points.def"
};
#undef POINT

enum { HAZARD_POINTS = sizeof(hazard_points) / sizeof(hazard_points[0]) };

static inline void *hazard_sleeper_main(void *argument)
{
	while (sem_wait((sem_t *)argument))
		;
	return NULL;
}

static inline void hazard_waited_init(struct hazard_waited *all)
{
	memset(all, 0, sizeof(*all));
	need(mtx_init(&all->c11_mutex, mtx_plain) == thrd_success && cnd_init(&all->c11_cond) == thrd_success, "C11");
	need(!sem_init(&all->semaphore, 0, 0) && !sem_init(&all->sleeper_may_end, 0, 0), "semaphores");
	all->deadline = hazard_deadline(CLOCK_REALTIME, 1000000);
	all->duration.tv_sec = 1000;
	all->sleeper = hazard_start(hazard_sleeper_main, &all->sleeper_may_end);
}

static inline void hazard_waited_lock(struct hazard_waited *all)
{
	need(!pthread_mutex_lock(&all->mutex) && mtx_lock(&all->c11_mutex) == thrd_success, "own mutexes");
}

static inline void hazard_waited_unlock(struct hazard_waited *all)
{
	need(!pthread_mutex_unlock(&all->mutex) && mtx_unlock(&all->c11_mutex) == thrd_success, "own mutexes back");
}

/* Everything works after the waits on it were cancelled: nobody holds it, is waited for, or was lost. Ends them. */
static inline void hazard_waited_fini(struct hazard_waited *all)
{
	struct timespec past = {1, 0};

	need(!pthread_mutex_trylock(&all->mutex), "the mutex is free");
	need(mtx_trylock(&all->c11_mutex) == thrd_success, "the C11 mutex is free");
	need(pthread_cond_timedwait(&all->cond, &all->mutex, &past) == ETIMEDOUT, "the condition can be waited for");
	need(cnd_timedwait(&all->c11_cond, &all->c11_mutex, &past) == thrd_timedout, "the C11 condition too");
	hazard_waited_unlock(all);
	need(!pthread_cond_destroy(&all->cond), "the condition has no waiters"); /* it would wait for them */
	cnd_destroy(&all->c11_cond);
	need(sem_trywait(&all->semaphore) && errno == EAGAIN, "the semaphore was not posted");
	need(!sem_post(&all->semaphore) && !sem_wait(&all->semaphore), "the semaphore works");
	need(!sem_post(&all->sleeper_may_end), "the sleeper is let go");
	hazard_join(all->sleeper);
}

#endif
