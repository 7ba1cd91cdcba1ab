/* SPDX-License-Identifier: MIT
 *
 * Goal: a mutex and a condition variable in memory shared with a process that is not preloaded work for both: nothing of ours
 * lies in them.
 */
#include <sys/mman.h>

#include "hazard.h"

enum { TURNS = 2000 };

struct shared {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	unsigned turn; /* protected by mutex; even: the parent's */
};

static void play(struct shared *shared, unsigned me)
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

static struct shared *map(int descriptor)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);

	need(shared != MAP_FAILED, "shared memory");
	return shared;
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;
	struct shared *shared;
	char number[16];
	int descriptor;
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
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&shared->cond, &cond);
	unsetenv("LD_PRELOAD");
	snprintf(number, sizeof(number), "%d", descriptor);
	pid = hazard_spawn_self(number);
	play(shared, 0);
	need(hazard_wait(pid) == 0, "the other ended well");
	need(shared->turn == 2 * TURNS, "turns: %u", shared->turn);
	return 0;
}
