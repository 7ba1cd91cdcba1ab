/* SPDX-License-Identifier: MIT */
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/select.h>
#include <threads.h>

#include "certain.h"
#include "hazard/hazard.h"
#include "ledger.h"
#include "unseen.h"

enum { CONTENDERS_LIMIT = 64 };

/* What others wait for: taken by a thread that lives as long as the process and never gives it back. (Locks know their owner by
 * its number, which another thread has soon when the owner is gone.) */
static struct certain_objects {
	pthread_mutex_t mutex;
	mtx_t c11_mutex;
	pthread_rwlock_t rwlock;
	sem_t semaphore;
	uint32_t word;
} shared_objects;

/* What only the caller uses. */
struct certain_mine {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

static struct certain_objects *const objects = &shared_objects;
static const struct timespec past = {1, 0}, blink = {0, 1};

enum certain {
#define CERTAIN(name, kind, call, holds) CERTAIN_##name,
#include "certain.def"
#undef CERTAIN
	CERTAIN_COUNT
};

static const char *const kind_names[] = {
#define CERTAIN(name, kind, call, holds) kind,
#include "certain.def"
#undef CERTAIN
};

static enum wait_kind kinds[CERTAIN_COUNT];

#define IS_CUT(error) (result == -1 && (errno == EINTR || errno == (error)))
#define RESULT        result
#define CERTAIN(name, kind, call, holds)                                                                               \
	case CERTAIN_##name:                                                                                           \
		result = (call);                                                                                       \
		need(holds, "%s gives %d", #name, result);                                                             \
		break;

__attribute__((noinline)) static void wait_once(enum certain which)
{
	struct certain_mine mine = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};
	int result;

	pthread_mutex_lock(&mine.mutex);
	switch (which) {
#include "certain.def"
	default:
		break;
	}
	pthread_mutex_unlock(&mine.mutex);
}

#undef CERTAIN
#undef RESULT
#undef IS_CUT

__attribute__((noinline)) void certain_wait(uint64_t choice)
{
	enum certain which = choice % CERTAIN_COUNT;
	enum wait_kind kind = kinds[which];

	ledger_begin(kind);
	wait_once(which);
	ledger_done(kind);
}

void certain_waits(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		certain_wait(i);
}

__attribute__((noinline)) static void *certain_lock(void *mutex)
{
	ledger_begin(WAIT_MUTEX);
	need(!pthread_mutex_lock(mutex), "the lock is given over");
	ledger_done(WAIT_MUTEX);
	pthread_mutex_unlock(mutex);
	return NULL;
}

/* Who sleeps for a mutex has made its lock word 2. */
static void await_waiter(const pthread_mutex_t *mutex)
{
	while (__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED) != 2)
		unseen_sleep_us(50);
}

void certain_contend_for(pthread_mutex_t *const *mutexes, unsigned count)
{
	pthread_t threads[CONTENDERS_LIMIT];

	need(count <= CONTENDERS_LIMIT, "%u threads", count);
	for (unsigned i = 0; i < count; i++) {
		pthread_mutex_lock(mutexes[i]);
		threads[i] = hazard_start(certain_lock, mutexes[i]);
	}
	for (unsigned i = 0; i < count; i++)
		await_waiter(mutexes[i]);
	for (unsigned i = 0; i < count; i++)
		pthread_mutex_unlock(mutexes[i]);
	for (unsigned i = 0; i < count; i++)
		need(unseen_join(threads[i]), "thread %u that waited", i);
}

void certain_contend(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, *only = &mutex;

	certain_contend_for(&only, 1);
}

static void *hold_for_ever(void *is_held)
{
	need(!pthread_mutex_lock(&objects->mutex) && mtx_lock(&objects->c11_mutex) == thrd_success &&
		     !pthread_rwlock_wrlock(&objects->rwlock),
	     "all is free");
	atomic_store((_Atomic bool *)is_held, true);
	for (;;)
		unseen_sleep_us(1000000000);
	return NULL;
}

void certain_init(void)
{
	static _Atomic bool is_held;
	sigset_t all, before;

	for (int i = 0; i < CERTAIN_COUNT; i++)
		kinds[i] = ledger_kind(kind_names[i]);
	need(!pthread_mutex_init(&objects->mutex, NULL) && mtx_init(&objects->c11_mutex, mtx_timed) == thrd_success &&
		     !pthread_rwlock_init(&objects->rwlock, NULL) && !sem_init(&objects->semaphore, 0, 0),
	     "objects");
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	hazard_start(hold_for_ever, &is_held);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (!atomic_load(&is_held))
		unseen_sleep_us(100);
}
