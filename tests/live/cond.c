/* SPDX-License-Identifier: MIT */
/* Condition variables, waited for by each of the functions, and a wait whose release others waited for. Prints
 * "NAME rounds waited_ns" for each: what this program itself measured. */
#include <errno.h>
#include <time.h>

#include "known_waits.h"

enum {
	ROUNDS = 20,
	WAIT_MS = 20,
	HELD_MS = 100,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static unsigned wanted; /* rounds that the waiter has begun; mutex */
static unsigned given;  /* rounds that were signalled; mutex */

static struct timespec from_now(clockid_t clock, unsigned seconds)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec += seconds;
	return time;
}

OWN_FRAME static void wait_plainly(void)
{
	pthread_cond_wait(&cond, &mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_timed(void)
{
	struct timespec deadline = from_now(CLOCK_REALTIME, 60);

	pthread_cond_timedwait(&cond, &mutex, &deadline);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_by_clock(void)
{
	struct timespec deadline = from_now(CLOCK_MONOTONIC, 60);

	pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &deadline);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_in_vain(void)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_nsec += WAIT_MS * 1000000L;
	if (deadline.tv_nsec >= 1000000000) {
		deadline.tv_sec++;
		deadline.tv_nsec -= 1000000000;
	}
	while (pthread_cond_timedwait(&cond, &mutex, &deadline) != ETIMEDOUT)
		;
	NO_TAIL_CALL();
}

static void *signaller(void *argument)
{
	for (unsigned i = 1; i <= ROUNDS; i++) {
		pthread_mutex_lock(&mutex);
		while (wanted < i) {
			pthread_mutex_unlock(&mutex);
			t_sleep_ms(1);
			pthread_mutex_lock(&mutex);
		}
		pthread_mutex_unlock(&mutex);
		t_sleep_ms(WAIT_MS);
		pthread_mutex_lock(&mutex);
		given = i;
		pthread_cond_signal(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void measure(const char *name, void (*wait)(void), bool is_signalled)
{
	uint64_t waited_ns = 0;
	pthread_t thread;

	wanted = given = 0;
	if (is_signalled)
		pthread_create(&thread, NULL, signaller, NULL);
	for (unsigned i = 1; i <= ROUNDS; i++) {
		uint64_t since_ns;

		pthread_mutex_lock(&mutex);
		wanted = i;
		since_ns = t_now_ns();
		wait();
		waited_ns += t_now_ns() - since_ns;
		pthread_mutex_unlock(&mutex);
	}
	if (is_signalled)
		pthread_join(thread, NULL);
	printf("%s %u %ju\n", name, ROUNDS, (uintmax_t)waited_ns);
}

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned is_held;

OWN_FRAME static void release_by_waiting(void)
{
	struct timespec deadline;

	pthread_mutex_lock(&held);
	atomic_store(&is_held, 1);
	t_sleep_ms(HELD_MS);
	deadline = from_now(CLOCK_REALTIME, 1);
	pthread_cond_timedwait(&cond, &held, &deadline);
	pthread_mutex_unlock(&held);
	NO_TAIL_CALL();
}

OWN_FRAME static void wait_for_release(void)
{
	uint64_t since_ns;

	t_await(&is_held, 1);
	since_ns = t_now_ns();
	pthread_mutex_lock(&held);
	printf("wait_for_release 1 %ju\n", (uintmax_t)(t_now_ns() - since_ns));
	pthread_mutex_unlock(&held);
	NO_TAIL_CALL();
}

static void releasing(unsigned number, void *argument)
{
	(void)argument;
	(number ? wait_for_release : release_by_waiting)();
	NO_TAIL_CALL();
}

int main(void)
{
	measure("wait_plainly", wait_plainly, true);
	measure("wait_timed", wait_timed, true);
	measure("wait_by_clock", wait_by_clock, true);
	measure("wait_in_vain", wait_in_vain, false);
	t_run(2, releasing, NULL);
	return 0;
}
