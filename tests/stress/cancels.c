/* SPDX-License-Identifier: MIT */
/* storm cancels: threads that are cancelled in every wait that is a cancellation point, asleep and at random, deferred and
 * asynchronously. Cleanup handlers find the mutexes held, unlock them and wait; what was waited for works afterwards. */
#include <poll.h>

#include "cancel_points.h"
#include "stress.h"

enum { RANDOM_US = 500 };

/* Who makes victims, one after the other. */
struct controller {
	struct stress_worker *worker;
	struct cancel_waited all;
	uint64_t cancelled;
};

/* How the cancellation comes. */
enum way {
	DEFERRED,            /* in the wait, whenever it is sent */
	ASYNCHRONOUS_ASLEEP, /* in the wait: it is sent when the thread sleeps there, and no handler runs */
	ASYNCHRONOUS_RANDOM, /* anywhere in short waits that bear it: any instruction of ours */
	WAYS
};

struct victim {
	struct controller *controller;
	const struct cancel_point *point;
	enum way way;
	uint64_t choice;
	pid_t tid; /* 0 before it is there; atomic */
	bool is_cleaned, has_cleaned_first;
};

/* Ends only by cancellation; a handler of another storm may cut it short. Whoever is cancelled in it without any doubt
 * enters that in its cleanup handler. */
__attribute__((noinline)) static void certain_point(struct victim *victim)
{
	ledger_begin(victim->point->kind);
	victim->point->wait(&victim->controller->all);
	ledger_done(victim->point->kind);
}

/* Waits that are over at once and hold nothing. */
__attribute__((noinline)) static void certain_blink(struct victim *victim)
{
	static const struct timespec none = {0, 0}, past = {1, 0}, blink = {0, 1};
	uint64_t which = victim->choice++ % 4;
	enum wait_kind kind = which == 0 ? WAIT_SEMAPHORE : which == 1 ? WAIT_POLL : WAIT_SLEEP;

	ledger_begin(kind);
	if (which == 0)
		sem_clockwait(&victim->controller->all.locks.semaphore, CLOCK_MONOTONIC, &past);
	else if (which == 1)
		ppoll(NULL, 0, &blink, NULL);
	else if (which == 2)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL);
	else
		nanosleep(&none, NULL);
	ledger_done(kind);
}

static void clean_up_last(void *argument)
{
	struct victim *victim = argument;

	need(victim->has_cleaned_first, "the handler pushed first runs last");
	certain_wait(victim->choice);
	victim->is_cleaned = true;
}

static void clean_up_first(void *argument)
{
	struct victim *victim = argument;
	struct hazard_waited *waited = &victim->controller->all.locks;

	if (victim->way != ASYNCHRONOUS_RANDOM)
		ledger_done(victim->point->kind);
	need(pthread_mutex_trylock(&waited->mutex) == EBUSY && waited->mutex.__data.__owner == victim->tid,
	     "%s: the mutex is held", victim->point->name);
	need(mtx_trylock(&waited->c11_mutex) == thrd_busy, "%s: so is the other", victim->point->name);
	certain_wait(victim->choice >> 8);
	need(!pthread_mutex_unlock(&waited->mutex) && mtx_unlock(&waited->c11_mutex) == thrd_success, "given back");
	victim->has_cleaned_first = true;
}

static void wait_until_cancelled(struct victim *victim)
{
	int before;

	pthread_setcanceltype(victim->way == DEFERRED ? PTHREAD_CANCEL_DEFERRED : PTHREAD_CANCEL_ASYNCHRONOUS, &before);
	__atomic_store_n(&victim->tid, (pid_t)unseen_call(SYS_gettid, 0, 0, 0, 0), __ATOMIC_RELEASE);
	for (;;)
		if (victim->way == ASYNCHRONOUS_RANDOM)
			certain_blink(victim);
		else
			certain_point(victim);
}

/* Asynchronously, no handler of others may be cut: libc cancels it although it has forbidden that, if the signal for it is
 * already under way. That one cannot be blocked. */
static void *be_cancelled(void *argument)
{
	struct victim *victim = argument;
	struct hazard_waited *waited = &victim->controller->all.locks;
	sigset_t all;

	sigfillset(&all);
	if (victim->way != DEFERRED)
		pthread_sigmask(SIG_SETMASK, &all, NULL);
	pthread_cleanup_push(clean_up_last, victim);
	need(!pthread_mutex_lock(&waited->mutex) && mtx_lock(&waited->c11_mutex) == thrd_success, "own mutexes");
	pthread_cleanup_push(clean_up_first, victim);
	wait_until_cancelled(victim);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

static void await_moment(struct victim *victim, struct stress_random *random)
{
	if (victim->way == ASYNCHRONOUS_ASLEEP) {
		unseen_await_asleep(&victim->tid);
		return;
	}
	while (!__atomic_load_n(&victim->tid, __ATOMIC_ACQUIRE))
		unseen_sleep_us(50);
	unseen_sleep_us(stress_below(random, RANDOM_US));
}

static void *await_end(pthread_t thread)
{
	void *result;

	while (pthread_tryjoin_np(thread, &result))
		unseen_sleep_us(100);
	return result;
}

/* Nobody holds what the victim held, or is still waited for. No wait is made. */
static void need_usable(struct hazard_waited *waited, const char *name)
{
	need(!pthread_mutex_trylock(&waited->mutex) && mtx_trylock(&waited->c11_mutex) == thrd_success,
	     "%s: mutexes are free", name);
	hazard_waited_unlock(waited);
	need(!pthread_cond_destroy(&waited->cond), "%s: the condition has no waiters", name); /* it would hang */
	cnd_destroy(&waited->c11_cond);
	need(!pthread_cond_init(&waited->cond, NULL) && cnd_init(&waited->c11_cond) == thrd_success, "conditions");
	need(sem_trywait(&waited->semaphore) && errno == EAGAIN, "%s: the semaphore was not posted", name);
	need(!sem_post(&waited->semaphore) && !sem_trywait(&waited->semaphore), "%s: the semaphore works", name);
	need(pthread_tryjoin_np(waited->sleeper, NULL) == EBUSY, "%s: who is joined can be", name);
}

static void cancel_one(struct controller *controller, const pthread_attr_t *attributes)
{
	struct stress_random *random = &controller->worker->random;
	struct victim victim = {.controller = controller,
				.point = &cancel_points[stress_below(random, cancel_points_count)],
				.way = stress_below(random, WAYS),
				.choice = stress_next(random)};
	pthread_t thread;

	need(!pthread_create(&thread, attributes, be_cancelled, &victim), "victim");
	await_moment(&victim, random);
	need(!pthread_cancel(thread), "cancelled");
	need(await_end(thread) == PTHREAD_CANCELED && victim.is_cleaned, "%s: ended by it", victim.point->name);
	need_usable(&controller->all.locks, victim.point->name);
	controller->cancelled++;
}

static void *sleep_unseen(void *may_end)
{
	while (!atomic_load((_Atomic bool *)may_end))
		unseen_sleep_us(1000);
	return NULL;
}

static void *cancel_many(void *argument)
{
	struct stress_worker *worker = argument;
	_Atomic uint64_t *cancelled = worker->shared;
	struct controller controller = {.worker = worker, .all.locks = {.duration = {1000, 0}}};
	_Atomic bool sleeper_may_end = false;
	pthread_attr_t attributes;

	controller.all.locks.deadline = hazard_deadline(CLOCK_REALTIME, 1000000);
	need(mtx_init(&controller.all.locks.c11_mutex, mtx_plain) == thrd_success &&
		     cnd_init(&controller.all.locks.c11_cond) == thrd_success &&
		     !sem_init(&controller.all.locks.semaphore, 0, 0) && !pipe2(controller.all.empty, O_CLOEXEC),
	     "what is waited for");
	controller.all.locks.sleeper = hazard_start(sleep_unseen, &sleeper_may_end);
	need(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 128 * 1024), "attributes");
	while (!stress_is_over(worker->stress) || controller.cancelled == 0)
		cancel_one(&controller, &attributes);
	pthread_attr_destroy(&attributes);
	atomic_store(&sleeper_may_end, true);
	need(unseen_join(controller.all.locks.sleeper), "the sleeper");
	need(!close(controller.all.empty[0]) && !close(controller.all.empty[1]), "the pipe");
	atomic_fetch_add(cancelled, controller.cancelled);
	return NULL;
}

void storm_cancels(const struct stress *stress)
{
	_Atomic uint64_t cancelled = 0;

	cancel_points_open();
	stress_run(stress, stress->threads, cancel_many, &cancelled);
	cancel_points_close();
	stress_note("threads cancelled", cancelled);
}
