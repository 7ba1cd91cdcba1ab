/* SPDX-License-Identifier: MIT
 *
 * Goal: handlers of a 10 kHz timer and of signals sent to single threads lock and unlock contended mutexes of their own while
 * the threads lock, wait and are recorded themselves: whatever they interrupt, nothing hangs, nothing is lost, errno stays.
 */
#include <sys/time.h>

#include "hazard.h"

enum {
	THREADS = 4,
	SECONDS = 3,
};

/* One for handlers only, per thread; a rival thread, with all signals blocked, contends for the one they share with it. */
static struct hazard_rival rival;
static __thread int handling;
static pthread_t threads[THREADS];
static _Atomic unsigned long handled, met;
static _Atomic int stop;
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
static unsigned long sections; /* protected by shared */

static void handler(int signal)
{
	int error = errno;

	(void)signal;
	if (handling++ == 0) { /* a handler must not wait for the mutex that the handler below it holds */
		met += hazard_is_locked(&rival.mutex);
		if (pthread_mutex_lock(&rival.mutex) || pthread_mutex_unlock(&rival.mutex))
			_exit(1);
		handled++;
	}
	handling--;
	errno = error;
}

static void *worker(void *argument)
{
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	unsigned long mine = 0;

	while (!stop) {
		errno = 4711;
		need(!pthread_mutex_lock(&shared), "lock");
		sections++;
		if (++mine % 32 == 0) {
			struct timespec soon = hazard_deadline(CLOCK_REALTIME, 1);

			need(pthread_cond_timedwait(&cond, &shared, &soon) == ETIMEDOUT, "timed wait");
		}
		need(!pthread_mutex_unlock(&shared), "unlock");
		need(errno == 4711, "errno is left alone: %d", errno);
	}
	__atomic_add_fetch((unsigned long *)argument, mine, __ATOMIC_RELAXED);
	return NULL;
}

static void *sender(void *argument)
{
	while (!stop) {
		for (int i = 0; i < THREADS; i++)
			pthread_kill(threads[i], SIGUSR1);
		hazard_sleep_us(100);
	}
	return argument;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	struct itimerval fast = {{0, 100}, {0, 100}};
	unsigned long expected = 0;
	pthread_t sending;

	hazard_limit(40);
	hazard_rival_start(&rival);
	need(!sigaction(SIGUSR1, &action, NULL) && !sigaction(SIGPROF, &action, NULL), "handlers");
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(worker, &expected);
	sending = hazard_start(sender, NULL);
	need(!setitimer(ITIMER_PROF, &fast, NULL), "timer");
	for (uint64_t end_ns = hazard_now_ns() + SECONDS * UINT64_C(1000000000); hazard_now_ns() < end_ns;)
		hazard_sleep_us(10000);
	stop = 1;
	hazard_join(sending);
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	memset(&fast, 0, sizeof(fast));
	setitimer(ITIMER_PROF, &fast, NULL);
	need(sections == expected, "critical sections: %lu of %lu", sections, expected);
	need(handled > 1000 && met > 100, "signals came (%lu) and met contention (%lu)", handled, met);
	hazard_rival_stop(&rival);
	return 0;
}
