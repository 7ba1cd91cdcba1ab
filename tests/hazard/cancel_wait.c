/* SPDX-License-Identifier: MIT
 * flags: -fexceptions
 *
 * Goal: a thread cancelled in a wait, deferred or asynchronously, runs its cleanup handlers in order, holding its mutexes
 * there; locks that the handlers take, free and contended, work, and what was waited for works afterwards.
 */
#include "hazard/wait_points.h"

struct victim {
	void (*wait)(struct hazard_waited *all);
	int type;
	struct hazard_waited all;
	_Atomic pid_t tid;
	int handlers; /* that ran */
	bool held;    /* the mutex, in the first handler */
};

static struct hazard_rival rival;

static void unlock_in_handler(void *argument)
{
	struct victim *victim = argument;

	victim->held = pthread_mutex_trylock(&victim->all.mutex) == EBUSY &&
		       victim->all.mutex.__data.__owner == gettid() && mtx_trylock(&victim->all.c11_mutex) == thrd_busy;
	need(victim->handlers++ == 0, "the handler pushed last runs first");
	hazard_waited_unlock(&victim->all);
}

static void contend_in_handler(void *argument)
{
	struct victim *victim = argument;

	hazard_rival_meet(&rival, 3);
	need(victim->handlers++ == 1, "the handler pushed first runs last");
}

static void *victim_main(void *argument)
{
	struct victim *victim = argument;
	int before;

	pthread_cleanup_push(contend_in_handler, victim);
	hazard_waited_lock(&victim->all);
	pthread_cleanup_push(unlock_in_handler, victim);
	pthread_setcanceltype(victim->type, &before);
	victim->tid = gettid();
	for (;;)
		victim->wait(&victim->all);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void contend_then_test(struct hazard_waited *all)
{
	(void)all;
	hazard_rival_meet(&rival, 1);
	pthread_testcancel();
}

static void run(const struct hazard_point *point, int type)
{
	struct victim victim = {.wait = point->wait, .type = type};
	pthread_t thread;
	void *result;

	hazard_waited_init(&victim.all);
	thread = hazard_start(victim_main, &victim);
	while (!victim.tid)
		hazard_sleep_us(100);
	if (point->wait != contend_then_test)
		hazard_await_asleep(victim.tid);
	need(!pthread_cancel(thread), "cancelled");
	need(!pthread_join(thread, &result), "joined");
	need(result == PTHREAD_CANCELED, "%s: ended by the cancellation", point->name);
	need(victim.handlers == 2, "%s: both handlers ran: %d", point->name, victim.handlers);
	need(victim.held, "%s: the first held the mutexes", point->name);
	hazard_waited_fini(&victim.all);
}

int main(void)
{
	const struct hazard_point contended = {"lock, testcancel", contend_then_test};

	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int round = 0; round < 5; round++) {
		for (int point = 0; point < HAZARD_POINTS; point++) {
			run(&hazard_points[point], PTHREAD_CANCEL_DEFERRED);
			run(&hazard_points[point], PTHREAD_CANCEL_ASYNCHRONOUS);
		}
		run(&contended, PTHREAD_CANCEL_DEFERRED);
	}
	hazard_rival_stop(&rival);
	hazard_contend(4, 100);
	return 0;
}
