/* SPDX-License-Identifier: MIT
 * flags: -fexceptions
 *
 * Goal: join brings the value of each of 10,000 short threads, of one that has ended, was cancelled or left by pthread_exit; what
 * it refuses, it refuses as without us; main may leave while others join it and each other.
 */
#include <threads.h>

#include "hazard.h"

enum {
	SHORT = 10000,
	CHAIN = 8,
};

static _Atomic bool go;
static pthread_t main_thread, chain[CHAIN];

static void *wait_for_go(void *argument)
{
	while (!go)
		hazard_sleep_us(200);
	return argument;
}

static void *leave(void *argument)
{
	pthread_exit(argument);
}

static void *sleep_for_ever(void *argument)
{
	for (;;)
		pause();
	return argument;
}

static int c11_value(void *argument)
{
	return *(int *)argument + 1;
}

static void need_value(pthread_t thread, void *expected)
{
	void *value = &value;

	need(!pthread_join(thread, &value), "joined");
	need(value == expected, "its value: %p", value);
}

static void values(void)
{
	pthread_t cancelled = hazard_start(sleep_for_ever, NULL);
	thrd_t c11;
	int number, value;

	for (long i = 1; i <= SHORT; i++)
		need_value(hazard_start(i % 2 ? leave : wait_for_go, (void *)i), (void *)i);
	for (number = 0; number < 100; number++) {
		need(thrd_create(&c11, c11_value, &number) == thrd_success, "C11 thread");
		need(thrd_join(c11, &value) == thrd_success && value == number + 1, "its value: %d", value);
	}
	need(!pthread_cancel(cancelled), "cancelled");
	need_value(cancelled, PTHREAD_CANCELED);
}

/* POSIX has no answer for a second joiner, and some versions of glibc let it wait: with a deadline, and what it gets is shown. */
static void *join_refused(void *thread)
{
	struct timespec past = {1, 0};

	printf("a second joiner: %s\n", strerror(pthread_timedjoin_np((pthread_t)thread, NULL, &past)));
	need(pthread_join(pthread_self(), NULL) == EDEADLK, "itself");
	return NULL;
}

static void *join_it(void *thread)
{
	need_value((pthread_t)thread, &go);
	return NULL;
}

static void *join_it_telling(void *argument)
{
	*(_Atomic pid_t *)argument = gettid();
	return join_it((void *)chain[0]);
}

/* The time-outs of a thread that goes on, and a second one who joins it. */
static void refusals(void)
{
	struct timespec past = {1, 0}, soon = hazard_deadline(CLOCK_REALTIME, 5),
			monotonic = hazard_deadline(CLOCK_MONOTONIC, 10);
	_Atomic pid_t joiner_tid = 0;
	pthread_t joiner;

	go = false;
	chain[0] = hazard_start(wait_for_go, &go);
	need(pthread_tryjoin_np(chain[0], NULL) == EBUSY, "tried");
	need(pthread_timedjoin_np(chain[0], NULL, &past) == ETIMEDOUT, "the deadline past");
	need(pthread_timedjoin_np(chain[0], NULL, &soon) == ETIMEDOUT, "timed");
	need(pthread_clockjoin_np(chain[0], NULL, CLOCK_MONOTONIC, &monotonic) == ETIMEDOUT, "by a clock");
	need(pthread_clockjoin_np(chain[0], NULL, CLOCK_PROCESS_CPUTIME_ID, &monotonic) == EINVAL, "by a bad clock");
	joiner = hazard_start(join_it_telling, (void *)&joiner_tid);
	while (!joiner_tid)
		hazard_sleep_us(50);
	hazard_await_asleep(joiner_tid);
	hazard_join(hazard_start(join_refused, (void *)chain[0]));
	go = true;
	hazard_join(joiner);
}

static void *detached(void *argument)
{
	need(!pthread_detach(pthread_self()), "detached");
	need(pthread_join(pthread_self(), NULL) == EINVAL, "one that is detached");
	*(_Atomic bool *)argument = true;
	return NULL;
}

/* Each joins the one before; the first joins main, which has left by then or leaves meanwhile. */
static void *join_the_one_before(void *argument)
{
	long number = (long)argument;

	need_value(number ? chain[number - 1] : main_thread, (void *)(number ? number - 1 : 4711));
	if (number == CHAIN - 1) {
		printf("the last thread\n");
		exit(0);
	}
	return argument;
}

int main(void)
{
	_Atomic bool is_detached = false;

	hazard_limit(20);
	go = true;
	values();
	refusals();
	hazard_start(detached, (void *)&is_detached);
	while (!is_detached)
		hazard_sleep_us(100);
	main_thread = pthread_self();
	for (long i = 0; i < CHAIN; i++)
		chain[i] = hazard_start(join_the_one_before, (void *)i);
	pthread_exit((void *)4711);
}
