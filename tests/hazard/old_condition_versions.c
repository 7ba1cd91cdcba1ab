/* SPDX-License-Identifier: MIT */
/* The condition variables of the oldest binaries: other functions under the same names, for an object that is one pointer
 * to another object, allocated at first use. Whoever stands in front of some of the six, or hands any of them on to the newer
 * ones, mixes the two. The program has both kinds, as it has after loading an old library, and nothing may be written beyond
 * the eight bytes that an old object surely has.
 */
#include "hazard.h"

struct old_condition {
	void *allocated;
	unsigned char beyond[40];
};

HAZARD_OLD(int, pthread_cond_init, (struct old_condition * condition, const pthread_condattr_t *attributes));
HAZARD_OLD(int, pthread_cond_destroy, (struct old_condition * condition));
HAZARD_OLD(int, pthread_cond_wait, (struct old_condition * condition, pthread_mutex_t *mutex));
HAZARD_OLD(int, pthread_cond_timedwait,
	   (struct old_condition * condition, pthread_mutex_t *mutex, const struct timespec *deadline));
HAZARD_OLD(int, pthread_cond_signal, (struct old_condition * condition));
HAZARD_OLD(int, pthread_cond_broadcast, (struct old_condition * condition));

enum { WAITERS = 4, ROUNDS = 200, CANARY = 0xa5 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct old_condition old_turn;
static struct old_condition old_static; /* the static initialiser was all zero */
static pthread_cond_t new_turn = PTHREAD_COND_INITIALIZER;
static int turns_given, turns_taken;

static void check_canary(const struct old_condition *condition)
{
	for (size_t i = 0; i < sizeof(condition->beyond); i++)
		need(condition->beyond[i] == CANARY, "byte %zu after an old object was written", i);
}

static struct old_condition *old_ready(struct old_condition *condition)
{
	memset(condition, CANARY, sizeof(*condition));
	need(old_pthread_cond_init(condition, NULL) == 0, "init");
	need(condition->allocated == NULL, "an old object begins as a null pointer");
	return condition;
}

static void *take_turns(void *unused)
{
	pthread_mutex_lock(&mutex);
	while (turns_taken < ROUNDS) {
		while (turns_given == turns_taken && turns_taken < ROUNDS)
			need(old_pthread_cond_wait(&old_turn, &mutex) == 0, "wait");
		if (turns_taken < ROUNDS)
			turns_taken++;
		pthread_cond_signal(&new_turn);
	}
	old_pthread_cond_broadcast(&old_turn);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void give_turns(void)
{
	pthread_mutex_lock(&mutex);
	for (int round = 0; round < ROUNDS; round++) {
		turns_given++;
		if (round % 2)
			need(old_pthread_cond_signal(&old_turn) == 0, "signal");
		else
			need(old_pthread_cond_broadcast(&old_turn) == 0, "broadcast");
		while (turns_taken < turns_given)
			need(pthread_cond_wait(&new_turn, &mutex) == 0, "the newer wait");
	}
	pthread_mutex_unlock(&mutex);
}

static void check_turns(void)
{
	pthread_t threads[WAITERS];

	old_ready(&old_turn);
	for (int i = 0; i < WAITERS; i++)
		need(pthread_create(&threads[i], NULL, take_turns, NULL) == 0, "create");
	give_turns();
	for (int i = 0; i < WAITERS; i++)
		pthread_join(threads[i], NULL);
	need(old_turn.allocated != NULL, "an old object points to a newer one once it was waited for");
	check_canary(&old_turn);
	need(old_pthread_cond_destroy(&old_turn) == 0, "destroy");
}

static void check_timeout(struct old_condition *condition)
{
	struct timespec past = {.tv_sec = 1};

	pthread_mutex_lock(&mutex);
	need(old_pthread_cond_timedwait(condition, &mutex, &past) == ETIMEDOUT, "timed out");
	need(old_pthread_cond_signal(condition) == 0 && old_pthread_cond_broadcast(condition) == 0, "nobody waits");
	pthread_mutex_unlock(&mutex);
	need(old_pthread_cond_destroy(condition) == 0, "destroy");
}

/* The old initialiser knows no attributes. */
static void check_attributes(void)
{
	struct old_condition condition;
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	need(old_pthread_cond_init(&condition, &attributes) == EINVAL, "another clock");
}

int main(void)
{
	struct old_condition timed;

	hazard_limit(15);
	check_turns();
	check_timeout(old_ready(&timed));
	check_canary(&timed);
	check_timeout(&old_static);
	check_attributes();
	puts("both kinds work");
	return 0;
}
