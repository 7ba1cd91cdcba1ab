/* SPDX-License-Identifier: MIT
 *
 * Goal: threads that wait for a robust mutex when its owner dies get EOWNERDEAD once and the mutex; also when the owner is
 * another process, killed while it holds the mutex in shared memory.
 */
#include <sys/mman.h>

#include "hazard.h"

struct shared {
	pthread_mutex_t mutex;
	_Atomic int held;
	_Atomic unsigned dead;
	_Atomic unsigned fine;
};

static void *die_holding(void *argument)
{
	struct shared *shared = argument;

	need(!pthread_mutex_lock(&shared->mutex), "lock");
	shared->held = 1;
	hazard_sleep_us(20000);
	return NULL;
}

static void *wait_for_it(void *argument)
{
	struct shared *shared = argument;
	int error = pthread_mutex_lock(&shared->mutex);

	if (error == EOWNERDEAD) {
		shared->dead++;
		need(!pthread_mutex_consistent(&shared->mutex), "made consistent");
	} else {
		need(!error, "lock after the one who found it: %d", error);
		shared->fine++;
	}
	need(!pthread_mutex_unlock(&shared->mutex), "unlock");
	return NULL;
}

static void wait_with_threads(struct shared *shared)
{
	pthread_t threads[4];

	while (!shared->held)
		hazard_sleep_us(100);
	for (int i = 0; i < 4; i++)
		threads[i] = hazard_start(wait_for_it, shared);
	for (int i = 0; i < 4; i++)
		hazard_join(threads[i]);
	need(shared->dead == 1 && shared->fine == 3, "one found the owner dead (%u), three not (%u)", shared->dead,
	     shared->fine);
	shared->dead = shared->fine = 0;
	shared->held = 0;
}

int main(void)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attributes;
	pthread_t owner;
	pid_t child;

	hazard_limit(20);
	need(shared != MAP_FAILED, "shared memory");
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attributes);
	owner = hazard_start(die_holding, shared);
	wait_with_threads(shared);
	hazard_join(owner);
	child = fork();
	need(child >= 0, "fork");
	if (!child) {
		die_holding(shared);
		_exit(0); /* holding it */
	}
	wait_with_threads(shared);
	need(hazard_wait(child) == 0, "the child ended");
	return 0;
}
