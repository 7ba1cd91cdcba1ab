/* SPDX-License-Identifier: MIT
 * flags: -fexceptions
 *
 * Goal: a cancellation that is pending already ends the thread in the very waits that are cancellation points; those of sem_wait
 * and sem_timedwait also where they need not wait, so that one that is tried first would return. What the others do there is
 * printed.
 */
#include "hazard/wait_points.h"

struct call {
	const char *name;
	void (*call)(struct hazard_waited *all);
	struct hazard_waited *all;
};

static void unlock(void *argument)
{
	hazard_waited_unlock(argument);
}

static void *call_cancelled(void *argument)
{
	struct call *call = argument;

	hazard_waited_lock(call->all);
	pthread_cleanup_push(unlock, call->all);
	need(!pthread_cancel(pthread_self()), "cancellation pending");
	call->call(call->all);
	pthread_cleanup_pop(1);
	return NULL;
}

/* Does a pending cancellation end the thread in that call? */
static bool ends_in(const char *name, void (*function)(struct hazard_waited *all), struct hazard_waited *all)
{
	struct call call = {.name = name, .call = function, .all = all};
	void *result;

	need(!pthread_join(hazard_start(call_cancelled, &call), &result), "joined");
	return result == PTHREAD_CANCELED;
}

static void *tell_tid(void *argument)
{
	*(_Atomic pid_t *)argument = gettid();
	return NULL;
}

/* A thread that has ended, not joined. */
static pthread_t ended_thread(void)
{
	_Atomic pid_t tid = 0;
	pthread_t thread = hazard_start(tell_tid, (void *)&tid);

	while (!tid || !tgkill(getpid(), tid, 0))
		hazard_sleep_us(50);
	return thread;
}

/* The same calls on objects that make nobody wait. */
static bool ends_in_ready(const struct hazard_point *point)
{
	struct hazard_waited all;
	pthread_t sleeper;
	bool ended;

	hazard_waited_init(&all);
	sleeper = all.sleeper;
	all.sleeper = ended_thread();
	all.deadline = (struct timespec){1, 0};
	all.duration = (struct timespec){0, 0};
	need(!sem_post(&all.semaphore), "a semaphore above zero");
	ended = ends_in(point->name, point->wait, &all);
	if (ended || !strstr(point->name, "join"))
		hazard_join(all.sleeper);
	all.sleeper = sleeper;
	while (!sem_trywait(&all.semaphore))
		;
	hazard_waited_fini(&all);
	return ended;
}

int main(void)
{
	struct hazard_waited all;

	hazard_limit(20);
	hazard_waited_init(&all);
	for (int i = 0; i < HAZARD_POINTS; i++) {
		const struct hazard_point *point = &hazard_points[i];
		bool ended;

		need(ends_in(point->name, point->wait, &all), "%s: a wait is ended", point->name);
		ended = ends_in_ready(point);
		need(ended || (point->wait != hazard_point_sem_wait && point->wait != hazard_point_sem_timedwait),
		     "%s: ended without a wait", point->name);
		printf("%s: %s\n", point->name, ended ? "ended" : "returned");
	}
	hazard_waited_fini(&all);
	return 0;
}
