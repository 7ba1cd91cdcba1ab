/* SPDX-License-Identifier: MIT
 * part of: valgrind_test.sh
 *
 * Goal: threads that lock, wait for each other and are joined, with dumps meanwhile; and, with the argument "race", one of their own.
 */
#include "hazard.h"

enum {
	THREADS = 4,
	TURNS = 40,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned turn; /* protected by mutex */
static unsigned unprotected;
static bool has_race;

static void *take_turns(void *argument)
{
	uintptr_t me = (uintptr_t)argument;

	for (int i = 0; i < TURNS; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % THREADS != me)
			pthread_cond_wait(&cond, &mutex);
		turn++;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
		if (has_race)
			unprotected++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];

	(void)argv;
	has_race = argc > 1;
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	for (int round = 0; round < 3; round++) {
		for (uintptr_t i = 0; i < THREADS; i++)
			threads[i] = hazard_start(take_turns, (void *)i);
		kill(getpid(), SIGUSR2);
		for (int i = 0; i < THREADS; i++)
			hazard_join(threads[i]);
		hazard_contend(3, 50);
	}
	return turn == 3 * THREADS * TURNS ? 0 : 1;
}
