/* SPDX-License-Identifier: MIT */
/* locks: locks that are known in different ways, each waited for by a function of its own while another holds it; HOLD_MS at least,
 * ROUNDS times. Then, until its input ends, three threads wait for the named one, one for another. */
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>

#include "../../contend.h"
#include "held_up.h"
#include "known_waits.h"

enum { ROUNDS = 5, LATE_WAITERS = 3 };

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	long before[8];
	pthread_rwlock_t lock;
} db = {.lock = PTHREAD_RWLOCK_INITIALIZER};
static pthread_mutex_t *given; /* which has a name */
static pthread_mutex_t *made;  /* by a function */
static mtx_t *made_too;        /* by another, of the same name in a child */
static pthread_mutex_t *found; /* in memory, never initialised by a call */

OWN_FRAME static void *make_cache(void)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));

	pthread_mutex_init(mutex, NULL);
	NO_TAIL_CALL();
	return mutex;
}

OWN_FRAME static void *make_table(void)
{
	mtx_t *mutex = malloc(sizeof(*mutex));

	mtx_init(mutex, mtx_plain);
	NO_TAIL_CALL();
	return mutex;
}

#define WAITER(name, take, leave)                                                                                      \
	OWN_FRAME static void wait_##name(void)                                                                        \
	{                                                                                                              \
		take;                                                                                                  \
		leave;                                                                                                 \
		NO_TAIL_CALL();                                                                                        \
	}                                                                                                              \
	OWN_FRAME static void hold_##name(void)                                                                        \
	{                                                                                                              \
		for (int round = 0; round < ROUNDS; round++) {                                                         \
			pthread_t waiter;                                                                              \
                                                                                                                       \
			take;                                                                                          \
			waiter = held_up_start(wait_##name);                                                           \
			leave;                                                                                         \
			pthread_join(waiter, NULL);                                                                    \
		}                                                                                                      \
		NO_TAIL_CALL();                                                                                        \
	}

WAITER(variable, pthread_mutex_lock(&cache_lock), pthread_mutex_unlock(&cache_lock))
WAITER(member, pthread_rwlock_wrlock(&db.lock), pthread_rwlock_unlock(&db.lock))
WAITER(given, pthread_mutex_lock(given), pthread_mutex_unlock(given))
WAITER(made, pthread_mutex_lock(made), pthread_mutex_unlock(made))
WAITER(made_too, mtx_lock(made_too), mtx_unlock(made_too))
WAITER(found, pthread_mutex_lock(found), pthread_mutex_unlock(found))

static void wait_for_all(void)
{
	hold_variable();
	hold_member();
	hold_given();
	hold_made();
	hold_made_too();
	hold_found();
}

static void wait_in_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		wait_for_all();
		exit(0);
	}
	waitpid(child, NULL, 0);
}

int main(void)
{
	pthread_t waiters[LATE_WAITERS + 1];

	given = make_cache();
	made = make_cache();
	made_too = make_table();
	found = calloc(1, sizeof(*found));
	contend_name_lock(given, "orders");
	wait_in_child();
	wait_for_all();
	pthread_mutex_lock(given);
	pthread_mutex_lock(made);
	for (int i = 0; i < LATE_WAITERS; i++)
		waiters[i] = held_up_start(wait_given);
	waiters[LATE_WAITERS] = held_up_start(wait_made);
	printf("%p\n", (void *)found);
	fflush(stdout);
	getchar();
	pthread_mutex_unlock(given);
	pthread_mutex_unlock(made);
	for (int i = 0; i <= LATE_WAITERS; i++)
		pthread_join(waiters[i], NULL);
	return 0;
}
