/* SPDX-License-Identifier: MIT */
/* One wait of each kind, for as long as a sleep, with the one who waits and the one who ends it in functions of their own.
 * Uses nothing that glibc 2.31 lacks: it is built and run with several.
 */
#include <semaphore.h>
#include <threads.h>

#include "live/held_up.h"
#include "live/known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t c11_mutex;
static pthread_mutex_t cond_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static bool is_signalled;
static sem_t semaphore, may_end;
static pthread_t joined;

static void nothing(void)
{
}

static void take_mutex(void)
{
	pthread_mutex_lock(&mutex);
}

OWN_FRAME static void wait_mutex(void)
{
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void give_mutex(void)
{
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static void take_rwlock(void)
{
	pthread_rwlock_wrlock(&rwlock);
}

OWN_FRAME static void wait_rwlock(void)
{
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	NO_TAIL_CALL();
}

OWN_FRAME static void give_rwlock(void)
{
	pthread_rwlock_unlock(&rwlock);
	NO_TAIL_CALL();
}

static void take_c11(void)
{
	mtx_init(&c11_mutex, mtx_plain);
	mtx_lock(&c11_mutex);
}

OWN_FRAME static void wait_c11(void)
{
	mtx_lock(&c11_mutex);
	mtx_unlock(&c11_mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void give_c11(void)
{
	mtx_unlock(&c11_mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_cond(void)
{
	pthread_mutex_lock(&cond_mutex);
	while (!is_signalled)
		pthread_cond_wait(&cond, &cond_mutex);
	pthread_mutex_unlock(&cond_mutex);
	NO_TAIL_CALL();
}

static void give_cond(void)
{
	pthread_mutex_lock(&cond_mutex);
	is_signalled = true;
	pthread_mutex_unlock(&cond_mutex);
	pthread_cond_signal(&cond);
}

OWN_FRAME static void wait_semaphore(void)
{
	while (sem_wait(&semaphore) != 0)
		;
	NO_TAIL_CALL();
}

static void give_semaphore(void)
{
	sem_post(&semaphore);
}

static void *live_until_told(void *unused)
{
	while (sem_wait(&may_end) != 0)
		;
	return unused;
}

static void take_join(void)
{
	joined = hazard_start(live_until_told, NULL);
}

OWN_FRAME static void wait_join(void)
{
	pthread_join(joined, NULL);
	NO_TAIL_CALL();
}

static void give_join(void)
{
	sem_post(&may_end);
}

static const struct family {
	void (*take)(void);
	void (*wait)(void);
	void (*give)(void);
} families[] = {
	{take_mutex, wait_mutex, give_mutex},
	{take_rwlock, wait_rwlock, give_rwlock},
	{take_c11, wait_c11, give_c11},
	{nothing, wait_cond, give_cond},
	{nothing, wait_semaphore, give_semaphore},
	{take_join, wait_join, give_join},
};

static void run(const struct family *family)
{
	pthread_t waiter;

	family->take();
	waiter = held_up_start(family->wait);
	family->give();
	hazard_join(waiter);
}

int main(void)
{
	hazard_limit(20);
	sem_init(&semaphore, 0, 0);
	sem_init(&may_end, 0, 0);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		run(&families[i]);
	puts("all waited");
	return 0;
}
