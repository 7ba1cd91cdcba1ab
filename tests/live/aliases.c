/* SPDX-License-Identifier: MIT */
/* Locks that are waited for by libc's second names for the functions, which only libraries linked long ago bind. */
#include "live/held_up.h"
#include "live/known_waits.h"

HAZARD_OLD(int, __pthread_mutex_lock, (pthread_mutex_t * mutex));
HAZARD_OLD(int, __pthread_mutex_unlock, (pthread_mutex_t * mutex));
HAZARD_OLD(int, __pthread_rwlock_rdlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_wrlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_unlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_once, (pthread_once_t * control, void (*routine)(void)));

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Those who wait, each in a thread of its own. */
OWN_FRAME static void wait_mutex(void)
{
	old___pthread_mutex_lock(&mutex);
	old___pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_read(void)
{
	old___pthread_rwlock_rdlock(&rwlock);
	old___pthread_rwlock_unlock(&rwlock);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_write(void)
{
	old___pthread_rwlock_wrlock(&rwlock);
	old___pthread_rwlock_unlock(&rwlock);
	NO_TAIL_CALL();
}

static void run_nothing(void)
{
}

OWN_FRAME static void wait_once(void)
{
	old___pthread_once(&once, run_nothing);
	NO_TAIL_CALL();
}

OWN_FRAME static void hold_mutex(void)
{
	pthread_t waiter;

	old___pthread_mutex_lock(&mutex);
	waiter = held_up_start(wait_mutex);
	old___pthread_mutex_unlock(&mutex);
	hazard_join(waiter);
}

OWN_FRAME static void hold_rwlock(void (*wait)(void))
{
	pthread_t waiter;

	old___pthread_rwlock_wrlock(&rwlock);
	waiter = held_up_start(wait);
	old___pthread_rwlock_unlock(&rwlock);
	hazard_join(waiter);
}

static pthread_t once_waiter;

static void hold_once(void)
{
	once_waiter = held_up_start(wait_once);
}

int main(void)
{
	hazard_limit(20);
	hold_mutex();
	hold_rwlock(wait_read);
	hold_rwlock(wait_write);
	old___pthread_once(&once, hold_once);
	hazard_join(once_waiter);
	return 0;
}
