/* SPDX-License-Identifier: MIT
 *
 * Goal: the rest of what a semaphore does: a full one refuses posts, named ones work between processes, one that counts hands
 * out each of its units once, also when it is used as a lock and posted by another thread.
 */
#include <limits.h>
#include <semaphore.h>

#include "hazard.h"

enum {
	UNITS = 3,
	THREADS = 6,
	ROUNDS = 5000,
};

static sem_t semaphore;
static _Atomic unsigned inside, most;
static unsigned long passed[2]; /* handed from thread to thread by the semaphores below */
static sem_t turns[2];

static void full(void)
{
	int value;

	need(!sem_init(&semaphore, 0, SEM_VALUE_MAX), "full from the start");
	errno = 0;
	need(sem_post(&semaphore) == -1 && errno == EOVERFLOW, "a post too many");
	need(!sem_getvalue(&semaphore, &value) && value == SEM_VALUE_MAX, "changes nothing: %d", value);
	need(!sem_wait(&semaphore) && !sem_post(&semaphore) && sem_post(&semaphore), "one less, and full again");
	need(!sem_destroy(&semaphore), "destroyed");
}

static void *hold_unit(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		unsigned now;

		need(!sem_wait(&semaphore), "wait");
		now = ++inside;
		need(now <= UNITS, "%u inside", now);
		if (now > most)
			most = now;
		if (i % 64 == 0)
			hazard_sleep_us(20);
		inside--;
		need(!sem_post(&semaphore), "post");
	}
	return argument;
}

static void counting(void)
{
	pthread_t threads[THREADS];
	int value;

	need(!sem_init(&semaphore, 0, UNITS), "semaphore");
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(hold_unit, NULL);
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	need(!sem_getvalue(&semaphore, &value) && value == UNITS, "all units are back: %d", value);
	need(most > 1, "several held at a time");
}

static void *alternate(void *argument)
{
	unsigned me = argument != NULL;

	for (int i = 0; i < ROUNDS; i++) {
		need(!sem_wait(&turns[me]), "own turn");
		need(passed[me] == passed[!me] + (me ? -1UL : 0), "it is");
		passed[me]++;
		need(!sem_post(&turns[!me]), "the other's turn");
	}
	return NULL;
}

/* Begins at one, as a lock would, but whoever waits is not who posts. */
static void handed_over(void)
{
	pthread_t first, second;

	need(!sem_init(&turns[0], 0, 1) && !sem_init(&turns[1], 0, 0), "semaphores");
	first = hazard_start(alternate, NULL);
	second = hazard_start(alternate, turns);
	hazard_join(first);
	hazard_join(second);
	need(passed[0] == ROUNDS && passed[1] == ROUNDS, "passed %lu and %lu", passed[0], passed[1]);
}

static void named(void)
{
	char name[64];
	sem_t *ping, *again;
	pid_t child;

	snprintf(name, sizeof(name), "/contend-hazard-%d", getpid());
	ping = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	need(ping != SEM_FAILED, "named");
	again = sem_open(name, 0);
	need(again == ping, "opened again it is the same");
	child = fork();
	need(child >= 0, "fork");
	for (int i = 0; !child && i < ROUNDS; i++)
		need(!sem_post(ping), "post");
	if (!child)
		_exit(0);
	for (int i = 0; i < ROUNDS; i++)
		need(!sem_wait(again), "wait");
	need(hazard_wait(child) == 0, "the child ended");
	errno = 0;
	need(sem_trywait(ping) == -1 && errno == EAGAIN, "posts as many as waits");
	need(!sem_close(again) && !sem_close(ping) && !sem_unlink(name), "closed");
}

int main(void)
{
	hazard_limit(20);
	full();
	counting();
	handed_over();
	named();
	return 0;
}
