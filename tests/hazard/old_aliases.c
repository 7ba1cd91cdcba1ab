/* SPDX-License-Identifier: MIT */
/* The second names that libc has for some functions, without a default version: libraries linked long ago bind them, as this
 * program does. Each is called free and contended; what it answers, and that the lock is held then, is looked at from a thread
 * that uses the usual name.
 */
#include "hazard.h"

HAZARD_OLD(int, __pthread_mutex_lock, (pthread_mutex_t * mutex));
HAZARD_OLD(int, __pthread_mutex_trylock, (pthread_mutex_t * mutex));
HAZARD_OLD(int, __pthread_mutex_unlock, (pthread_mutex_t * mutex));
HAZARD_OLD(int, __pthread_rwlock_rdlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_wrlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_trywrlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_rwlock_unlock, (pthread_rwlock_t * lock));
HAZARD_OLD(int, __pthread_once, (pthread_once_t * control, void (*routine)(void)));

enum { THREADS = 4, TURNS = 5000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned turns, onces;

/* What another thread is told when it tries, by the usual names. */
enum probe { PROBE_MUTEX, PROBE_READ, PROBE_WRITE };

static void *probe_main(void *which)
{
	int error = 0;

	switch ((enum probe)(intptr_t)which) {
	case PROBE_MUTEX:
		error = pthread_mutex_trylock(&mutex);
		if (!error)
			pthread_mutex_unlock(&mutex);
		break;
	case PROBE_READ:
		error = pthread_rwlock_tryrdlock(&rwlock);
		if (!error)
			pthread_rwlock_unlock(&rwlock);
		break;
	case PROBE_WRITE:
		error = pthread_rwlock_trywrlock(&rwlock);
		if (!error)
			pthread_rwlock_unlock(&rwlock);
		break;
	}
	return (void *)(intptr_t)error;
}

static int probe(enum probe which)
{
	pthread_t thread = hazard_start(probe_main, (void *)(intptr_t)which);
	void *error;

	need(pthread_join(thread, &error) == 0, "joined");
	return (int)(intptr_t)error;
}

static void check_mutex(void)
{
	need(old___pthread_mutex_lock(&mutex) == 0 && probe(PROBE_MUTEX) == EBUSY, "lock");
	need(old___pthread_mutex_trylock(&mutex) == EBUSY, "trylock of a lock that is held");
	need(old___pthread_mutex_unlock(&mutex) == 0 && probe(PROBE_MUTEX) == 0, "unlock");
	need(old___pthread_mutex_trylock(&mutex) == 0 && probe(PROBE_MUTEX) == EBUSY, "trylock");
	need(old___pthread_mutex_unlock(&mutex) == 0, "unlock");
}

static void check_checked_mutex(void)
{
	pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	need(old___pthread_mutex_unlock(&checked) == EPERM, "unlock of a lock that is not held");
	need(old___pthread_mutex_lock(&checked) == 0 && old___pthread_mutex_lock(&checked) == EDEADLK, "lock twice");
	need(old___pthread_mutex_unlock(&checked) == 0, "unlock");
}

static void check_rwlock(void)
{
	need(old___pthread_rwlock_rdlock(&rwlock) == 0 && probe(PROBE_WRITE) == EBUSY && probe(PROBE_READ) == 0,
	     "read");
	need(old___pthread_rwlock_tryrdlock(&rwlock) == 0 && old___pthread_rwlock_unlock(&rwlock) == 0, "read twice");
	need(old___pthread_rwlock_trywrlock(&rwlock) == EBUSY, "trywrlock of a lock that is read");
	need(old___pthread_rwlock_unlock(&rwlock) == 0 && probe(PROBE_WRITE) == 0, "unlock by a reader");
	need(old___pthread_rwlock_wrlock(&rwlock) == 0 && probe(PROBE_READ) == EBUSY, "write");
	need(old___pthread_rwlock_wrlock(&rwlock) == EDEADLK && old___pthread_rwlock_rdlock(&rwlock) == EDEADLK,
	     "again");
	need(old___pthread_rwlock_tryrdlock(&rwlock) == EBUSY, "tryrdlock of a lock that is written");
	need(old___pthread_rwlock_unlock(&rwlock) == 0 && probe(PROBE_WRITE) == 0, "unlock by a writer");
	need(old___pthread_rwlock_trywrlock(&rwlock) == 0 && probe(PROBE_READ) == EBUSY, "trywrlock");
	need(old___pthread_rwlock_unlock(&rwlock) == 0, "unlock");
}

/* Half of the turns are counted under the mutex, half under the rwlock; both by aliases and usual names in turn. */
static void *take_turns(void *unused)
{
	for (unsigned turn = 0; turn < TURNS; turn++) {
		need((turn % 2 ? old___pthread_mutex_lock : pthread_mutex_lock)(&mutex) == 0, "lock");
		need(old___pthread_rwlock_rdlock(&rwlock) == 0, "read");
		need(old___pthread_rwlock_unlock(&rwlock) == 0, "unlock");
		need(old___pthread_rwlock_wrlock(&rwlock) == 0, "write");
		turns++;
		need((turn % 3 ? old___pthread_rwlock_unlock : pthread_rwlock_unlock)(&rwlock) == 0, "unlock");
		need((turn % 5 ? old___pthread_mutex_unlock : pthread_mutex_unlock)(&mutex) == 0, "unlock");
	}
	return unused;
}

static void count_slowly(void)
{
	hazard_sleep_us(5000);
	onces++;
}

static void *call_once_alias(void *unused)
{
	need(old___pthread_once(&once, count_slowly) == 0 && onces == 1, "once, and done when it returns");
	return unused;
}

static void in_threads(void *(*body)(void *))
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(body, NULL);
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
}

int main(void)
{
	hazard_limit(15);
	check_mutex();
	check_checked_mutex();
	check_rwlock();
	in_threads(take_turns);
	in_threads(call_once_alias);
	printf("%u turns, %u once\n", turns, onces);
	return 0;
}
