/* SPDX-License-Identifier: MIT
 * flags: -fexceptions
 *
 * Goal: a thread cancelled in a wait, deferred or asynchronously, runs its cleanup handlers, holding the mutex there; locks
 * that the handlers take, free and contended, work and later waits of the process too.
 */
#include "hazard.h"

enum way { COND_WAIT, COND_TIMEDWAIT, COND_CLOCKWAIT, JOIN, CONTENDED_THEN_TEST, WAYS };
static const char *const way_names[WAYS] = {"cond_wait", "cond_timedwait", "cond_clockwait", "join",
					    "lock, testcancel"};

struct victim {
	enum way way;
	int type;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	_Atomic pid_t tid;
	int handlers; /* that ran */
	bool held;    /* the mutex, in the handler */
};

static struct hazard_rival rival;

static void unlock_in_handler(void *argument)
{
	struct victim *victim = argument;

	victim->held = pthread_mutex_trylock(&victim->mutex) == EBUSY && victim->mutex.__data.__owner == gettid();
	victim->handlers++;
	pthread_mutex_unlock(&victim->mutex);
}

static void contend_in_handler(void *argument)
{
	struct victim *victim = argument;

	hazard_rival_meet(&rival, 3);
	victim->handlers++;
}

static void *sleeper(void *argument)
{
	while (!argument)
		pause();
	return NULL;
}

static void wait_in(struct victim *victim)
{
	struct timespec far = hazard_deadline(CLOCK_REALTIME, 100000),
			monotonic = hazard_deadline(CLOCK_MONOTONIC, 100000);

	while (victim->way == COND_WAIT)
		pthread_cond_wait(&victim->cond, &victim->mutex);
	while (victim->way == COND_TIMEDWAIT)
		pthread_cond_timedwait(&victim->cond, &victim->mutex, &far);
	while (victim->way == COND_CLOCKWAIT)
		pthread_cond_clockwait(&victim->cond, &victim->mutex, CLOCK_MONOTONIC, &monotonic);
	if (victim->way == JOIN)
		pthread_join(hazard_start(sleeper, NULL), NULL);
	while (victim->way == CONTENDED_THEN_TEST) {
		hazard_rival_meet(&rival, 1);
		pthread_testcancel();
	}
}

static void *victim_main(void *argument)
{
	struct victim *victim = argument;
	int before;

	pthread_cleanup_push(contend_in_handler, victim);
	pthread_mutex_lock(&victim->mutex);
	pthread_cleanup_push(unlock_in_handler, victim);
	pthread_setcanceltype(victim->type, &before);
	victim->tid = gettid();
	wait_in(victim);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void run(enum way way, int type)
{
	struct victim victim = {
		.way = way, .type = type, .mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};
	pthread_t thread = hazard_start(victim_main, &victim);
	void *result;

	while (!victim.tid)
		hazard_sleep_us(100);
	if (way != CONTENDED_THEN_TEST)
		hazard_await_asleep(victim.tid);
	need(!pthread_cancel(thread), "cancelled");
	need(!pthread_join(thread, &result), "joined");
	need(result == PTHREAD_CANCELED, "%s: ended by the cancellation", way_names[way]);
	need(victim.handlers == 2, "%s: both handlers ran: %d", way_names[way], victim.handlers);
	need(victim.held, "%s: the first held the mutex", way_names[way]);
	need(!pthread_mutex_trylock(&victim.mutex), "%s: it is free afterwards", way_names[way]);
}

int main(void)
{
	hazard_limit(30);
	hazard_rival_start(&rival);
	for (int round = 0; round < 5; round++)
		for (int way = 0; way < WAYS; way++) {
			run(way, PTHREAD_CANCEL_DEFERRED);
			if (way != CONTENDED_THEN_TEST)
				run(way, PTHREAD_CANCEL_ASYNCHRONOUS);
		}
	hazard_rival_stop(&rival);
	hazard_contend(4, 100);
	return 0;
}
