/* SPDX-License-Identifier: MIT
 *
 * Goal: mutexes locked by one thread and unlocked by another, with waiters, and never unlocked at all by threads that end: the
 * next owner comes as without us.
 */
#include "hazard.h"

enum { ROUNDS = 2000 };

/* A baton: `mine` is taken by me and given by the other. */
static pthread_mutex_t batons[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static unsigned turns;

static void *player(void *argument)
{
	int me = argument != NULL;

	for (int i = 0; i < ROUNDS; i++) {
		need(!pthread_mutex_lock(&batons[me]), "my turn");
		need(turns % 2 == (unsigned)me, "it is my turn");
		turns++;
		need(!pthread_mutex_unlock(&batons[!me]), "your turn: a mutex that you locked");
	}
	return NULL;
}

static void *lock_and_end(void *argument)
{
	need(!pthread_mutex_lock(argument), "lock");
	return NULL;
}

int main(void)
{
	pthread_mutex_t orphan = PTHREAD_MUTEX_INITIALIZER;
	pthread_t other;

	hazard_limit(20);
	pthread_mutex_lock(&batons[0]);
	pthread_mutex_lock(&batons[1]);
	other = hazard_start(player, &batons);
	pthread_mutex_unlock(&batons[0]);
	player(NULL);
	hazard_join(other);
	need(turns == 2 * ROUNDS, "turns: %u", turns);
	hazard_join(hazard_start(lock_and_end, &orphan));
	need(pthread_mutex_trylock(&orphan) == EBUSY, "still taken after its owner ended");
	need(!pthread_mutex_unlock(&orphan), "unlocked by another");
	lock_and_end(&orphan);
	return 0;
}
