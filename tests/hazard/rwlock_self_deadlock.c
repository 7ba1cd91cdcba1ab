/* SPDX-License-Identifier: MIT
 *
 * Goal: what a thread gets that asks for a reader-writer lock it holds: EDEADLK as its writer, time-outs for the upgrade, one
 * more hold as its reader; and each failed call leaves the lock as it was.
 */
#include "hazard.h"

enum { RECURSIONS = 1000 };

static const int kinds[] = {PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP,
			    PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};
static struct timespec far, past = {1, 0};

static void *is_free(void *lock)
{
	need(!pthread_rwlock_trywrlock(lock) && !pthread_rwlock_unlock(lock), "free for others");
	return NULL;
}

static void *is_read(void *lock)
{
	need(!pthread_rwlock_tryrdlock(lock) && !pthread_rwlock_unlock(lock), "read-locked");
	need(pthread_rwlock_trywrlock(lock) == EBUSY, "not free");
	return NULL;
}

static void *is_written(void *lock)
{
	need(pthread_rwlock_tryrdlock(lock) == EBUSY, "write-locked");
	return NULL;
}

static void as_its_writer(pthread_rwlock_t *lock)
{
	need(!pthread_rwlock_wrlock(lock), "write lock");
	need(pthread_rwlock_wrlock(lock) == EDEADLK, "write lock again");
	need(pthread_rwlock_timedwrlock(lock, &far) == EDEADLK, "timed");
	need(pthread_rwlock_clockwrlock(lock, CLOCK_REALTIME, &far) == EDEADLK, "by a clock");
	need(pthread_rwlock_rdlock(lock) == EDEADLK, "downgrade");
	need(pthread_rwlock_timedrdlock(lock, &far) == EDEADLK, "timed");
	need(pthread_rwlock_clockrdlock(lock, CLOCK_REALTIME, &far) == EDEADLK, "by a clock");
	need(pthread_rwlock_trywrlock(lock) == EBUSY && pthread_rwlock_tryrdlock(lock) == EBUSY, "tries");
	hazard_join(hazard_start(is_written, lock));
	need(!pthread_rwlock_unlock(lock), "unlock");
	hazard_join(hazard_start(is_free, lock));
}

static void as_its_reader(pthread_rwlock_t *lock)
{
	struct timespec soon = hazard_deadline(CLOCK_REALTIME, 5), monotonic = hazard_deadline(CLOCK_MONOTONIC, 10);

	for (int i = 0; i < RECURSIONS; i++)
		need(!pthread_rwlock_rdlock(lock), "read lock %d", i);
	need(pthread_rwlock_timedwrlock(lock, &past) == ETIMEDOUT, "upgrade, the deadline past");
	need(pthread_rwlock_timedwrlock(lock, &soon) == ETIMEDOUT, "upgrade, timed");
	need(pthread_rwlock_clockwrlock(lock, CLOCK_MONOTONIC, &monotonic) == ETIMEDOUT, "upgrade, by a clock");
	need(pthread_rwlock_trywrlock(lock) == EBUSY, "upgrade, tried");
	for (int i = 0; i < RECURSIONS; i++) {
		if (i % 100 == 0)
			hazard_join(hazard_start(is_read, lock));
		need(!pthread_rwlock_unlock(lock), "unlock %d", i);
	}
	hazard_join(hazard_start(is_free, lock));
}

int main(void)
{
	hazard_limit(20);
	far = hazard_deadline(CLOCK_REALTIME, 1000000);
	for (int i = 0; i < 3; i++) {
		pthread_rwlockattr_t attributes;
		pthread_rwlock_t lock;

		pthread_rwlockattr_init(&attributes);
		need(!pthread_rwlockattr_setkind_np(&attributes, kinds[i]), "kind");
		need(!pthread_rwlock_init(&lock, &attributes), "lock");
		as_its_writer(&lock);
		as_its_reader(&lock);
		need(!pthread_rwlock_destroy(&lock), "free in the end");
	}
	return 0;
}
