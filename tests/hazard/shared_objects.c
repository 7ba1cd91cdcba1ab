/* SPDX-License-Identifier: MIT
 *
 * Goal: locks, semaphores, barriers and condition variables in memory shared with a process that is not preloaded work for
 * both, contended from both sides: nothing of ours lies in them, and nothing is lost.
 */
#include <semaphore.h>
#include <sys/mman.h>

#include "hazard.h"

enum {
	TURNS = 2000,     /* each waits for the other */
	SECTIONS = 20000, /* of each process, contended */
	LENGTHS = 64,     /* every so manieth section is long enough for the other to block */
};

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	sem_t semaphore, pings[2];
	unsigned turn;       /* protected by mutex; even: the parent's */
	unsigned long count; /* protected by the lock in use */
	unsigned serials[2];
};

static void take_turns(struct shared *shared, unsigned me)
{
	for (int i = 0; i < TURNS; i++) {
		need(!pthread_mutex_lock(&shared->mutex), "lock");
		while (shared->turn % 2 != me)
			need(!pthread_cond_wait(&shared->cond, &shared->mutex), "wait");
		shared->turn++;
		pthread_cond_signal(&shared->cond);
		need(!pthread_mutex_unlock(&shared->mutex), "unlock");
	}
}

static void ping(struct shared *shared, unsigned me)
{
	for (int i = 0; i < TURNS; i++) {
		need(!sem_wait(&shared->pings[me]), "wait");
		need(!sem_post(&shared->pings[!me]), "post");
	}
}

static void meet(struct shared *shared, unsigned me)
{
	for (int i = 0; i < TURNS; i++) {
		int result = pthread_barrier_wait(&shared->barrier);

		need(!result || result == PTHREAD_BARRIER_SERIAL_THREAD, "barrier: %d", result);
		shared->serials[me] += result != 0;
	}
}

static int lock_mutex(struct shared *shared)
{
	return pthread_mutex_lock(&shared->mutex);
}

static int unlock_mutex(struct shared *shared)
{
	return pthread_mutex_unlock(&shared->mutex);
}

static int lock_to_write(struct shared *shared)
{
	return pthread_rwlock_wrlock(&shared->rwlock);
}

/* Reads before it writes, so that both processes read at a time. */
static int read_then_write(struct shared *shared)
{
	need(!pthread_rwlock_rdlock(&shared->rwlock) && !pthread_rwlock_unlock(&shared->rwlock), "read");
	return lock_to_write(shared);
}

static int unlock_rwlock(struct shared *shared)
{
	return pthread_rwlock_unlock(&shared->rwlock);
}

static int lock_spin(struct shared *shared)
{
	return pthread_spin_lock(&shared->spin);
}

static int unlock_spin(struct shared *shared)
{
	return pthread_spin_unlock(&shared->spin);
}

static int lock_semaphore(struct shared *shared)
{
	return sem_wait(&shared->semaphore);
}

static int unlock_semaphore(struct shared *shared)
{
	return sem_post(&shared->semaphore);
}

static const struct lock {
	const char *name;
	int (*lock)(struct shared *shared);
	int (*unlock)(struct shared *shared);
	bool is_short; /* its waiters burn the processor that the owner needs */
} locks[] = {
	{"mutex", lock_mutex, unlock_mutex, false},
	{"rwlock, write", lock_to_write, unlock_rwlock, false},
	{"rwlock, both", read_then_write, unlock_rwlock, false},
	{"spin", lock_spin, unlock_spin, true},
	{"semaphore", lock_semaphore, unlock_semaphore, false},
};

static void contend(struct shared *shared, const struct lock *lock)
{
	for (int i = 0; i < SECTIONS; i++) {
		need(!lock->lock(shared), "%s: lock", lock->name);
		*(volatile unsigned long *)&shared->count += 1;
		if (i % LENGTHS == 0 && !lock->is_short)
			hazard_sleep_us(20);
		need(!lock->unlock(shared), "%s: unlock", lock->name);
	}
}

/* Both processes run this, each as one of two. */
static void play(struct shared *shared, unsigned me)
{
	hazard_contend(2, 20); /* a process of one thread is not profiled */
	take_turns(shared, me);
	ping(shared, me);
	meet(shared, me);
	for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++) {
		contend(shared, &locks[i]);
		pthread_barrier_wait(&shared->barrier);
		need(shared->count == 2 * SECTIONS * (i + 1), "%s: sections: %lu", locks[i].name, shared->count);
		pthread_barrier_wait(&shared->barrier);
	}
}

static struct shared *map(int descriptor)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	need(shared != MAP_FAILED, "shared memory");
	return shared;
}

static void init(struct shared *shared)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	pthread_rwlockattr_t rwlock;
	pthread_barrierattr_t barrier;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->cond, &cond);
	pthread_rwlockattr_init(&rwlock);
	pthread_rwlockattr_setpshared(&rwlock, PTHREAD_PROCESS_SHARED);
	pthread_rwlock_init(&shared->rwlock, &rwlock);
	pthread_barrierattr_init(&barrier);
	pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->barrier, &barrier, 2);
	pthread_spin_init(&shared->spin, PTHREAD_PROCESS_SHARED);
	need(!sem_init(&shared->semaphore, 1, 1) && !sem_init(&shared->pings[0], 1, 1) &&
		     !sem_init(&shared->pings[1], 1, 0),
	     "semaphores");
}

int main(int argc, char **argv)
{
	struct shared *shared;
	char number[16];
	int descriptor, value;
	pid_t pid;

	hazard_limit(20);
	if (argc > 1) {
		need(!getenv("LD_PRELOAD"), "the other process is bare");
		play(map(atoi(argv[1])), 1);
		return 0;
	}
	descriptor = memfd_create("shared", 0);
	need(descriptor >= 0 && !ftruncate(descriptor, sizeof(*shared)), "memory");
	shared = map(descriptor);
	init(shared);
	unsetenv("LD_PRELOAD");
	snprintf(number, sizeof(number), "%d", descriptor);
	pid = hazard_spawn_self(number);
	play(shared, 0);
	need(hazard_wait(pid) == 0, "the other ended well");
	need(shared->turn == 2 * TURNS, "turns: %u", shared->turn);
	need(shared->serials[0] + shared->serials[1] == TURNS, "one serial thread a round");
	need(!sem_getvalue(&shared->pings[0], &value) && value == 1, "as many posts as waits: %d", value);
	need(!sem_getvalue(&shared->semaphore, &value) && value == 1, "the semaphore is free");
	return 0;
}
