/* SPDX-License-Identifier: MIT
 *
 * Goal: errno is left alone by every call that succeeds, fails or is interrupted, first and later, free and contended; interrupted
 * waits are restarted as without us.
 */
#include "hazard.h"

#define CHECK(call, expected)                                                                                          \
	do {                                                                                                           \
		int result;                                                                                            \
		errno = 4711;                                                                                          \
		result = (call);                                                                                       \
		need(errno == 4711, "%s leaves errno alone", #call);                                                   \
		need(result == (expected), "%s returns %d", #call, result);                                            \
	} while (0)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static _Atomic int handled;

enum { INTERRUPTIONS = 3 };

static void handler(int signal)
{
	(void)signal;
	handled++;
	errno = EDOM; /* a careless handler: what it leaves must stay, as without us */
}

static void check_all(void)
{
	struct timespec soon = hazard_deadline(CLOCK_REALTIME, 3), past = {1, 0};
	struct timespec monotonic = hazard_deadline(CLOCK_MONOTONIC, 3);

	CHECK(pthread_mutex_lock(&mutex), 0);
	CHECK(pthread_mutex_trylock(&mutex), EBUSY);
	CHECK(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
	CHECK(pthread_mutex_timedlock(&mutex, &soon), ETIMEDOUT);
	CHECK(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	CHECK(pthread_cond_timedwait(&cond, &mutex, &past), ETIMEDOUT);
	soon = hazard_deadline(CLOCK_REALTIME, 3);
	CHECK(pthread_cond_timedwait(&cond, &mutex, &soon), ETIMEDOUT);
	monotonic = hazard_deadline(CLOCK_MONOTONIC, 3);
	CHECK(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &monotonic), ETIMEDOUT);
	CHECK(pthread_cond_signal(&cond), 0);
	CHECK(pthread_cond_broadcast(&cond), 0);
	CHECK(pthread_mutex_unlock(&mutex), 0);
	CHECK(pthread_mutex_unlock(&checking), EPERM);
	CHECK(pthread_mutex_lock(&checking), 0);
	CHECK(pthread_mutex_lock(&checking), EDEADLK);
	CHECK(pthread_mutex_unlock(&checking), 0);
}

static void *contend(void *argument)
{
	struct hazard_rival *rival = argument;

	for (int met = 0; met < 100;) {
		met += hazard_is_locked(&rival->mutex);
		CHECK(pthread_mutex_lock(&rival->mutex), 0);
		CHECK(pthread_mutex_unlock(&rival->mutex), 0);
	}
	return NULL;
}

static void *keep(void *argument)
{
	pthread_mutex_lock(&mutex);
	*(_Atomic int *)argument = 1;
	while (handled <= INTERRUPTIONS)
		hazard_sleep_us(1000);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

/* A lock that is interrupted many times while it waits, with and without SA_RESTART, ends with the mutex. */
static void check_interrupted(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	struct timespec interval = {0, 2000000};
	struct itimerspec often = {interval, interval};
	struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
	_Atomic int kept = 0;
	timer_t timer;
	pthread_t keeper;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaction(SIGUSR1, &action, NULL);
	event._sigev_un._tid = gettid();
	handled = 0;
	keeper = hazard_start(keep, &kept);
	while (!kept)
		hazard_sleep_us(100);
	need(!timer_create(CLOCK_MONOTONIC, &event, &timer) && !timer_settime(timer, 0, &often, NULL), "timer");
	errno = 4711;
	need(!pthread_mutex_lock(&mutex), "the interrupted lock ends with the mutex");
	need(errno == EDOM, "errno is what the handler left");
	timer_delete(timer);
	pthread_mutex_unlock(&mutex);
	hazard_join(keeper);
	need(handled > INTERRUPTIONS, "it was interrupted: %d", handled);
}

int main(void)
{
	struct hazard_rival rival;
	pthread_t threads[3];

	hazard_limit(20);
	check_all();
	hazard_rival_start(&rival);
	check_all();
	for (int i = 0; i < 3; i++)
		threads[i] = hazard_start(contend, &rival);
	check_all();
	for (int i = 0; i < 3; i++)
		hazard_join(threads[i]);
	check_interrupted(0);
	check_interrupted(SA_RESTART);
	hazard_rival_stop(&rival);
	return 0;
}
