/* SPDX-License-Identifier: MIT
 *
 * Goal: threads contend for locks made of futexes while handlers of a 10 kHz timer and of signals sent to them use such locks, too,
 * and while the process forks, its children doing the same. Whatever is interrupted, nothing hangs and no section is lost.
 */
#include <sys/time.h>

#include "hazard.h"
#include "raw_mutex.h"

enum { THREADS = 3, SECTIONS = 3000, FORKS = 8 };

static struct raw_mutex shared, handlers;
static unsigned long sections; /* protected by shared */
static __thread int handling;
static _Atomic unsigned long handled;

static void handler(int signal)
{
	int error = errno;

	(void)signal;
	if (handling++ == 0) { /* a handler must not wait for the lock that the handler below it holds */
		raw_mutex_lock(&handlers);
		for (volatile int i = 0; i < 100; i++)
			;
		raw_mutex_unlock(&handlers);
		handled++;
	}
	handling--;
	errno = error;
}

static void *contend(void *argument)
{
	for (int i = 0; i < SECTIONS; i++) {
		raw_mutex_lock(&shared);
		sections++;
		if (i % 64 == 0)
			hazard_sleep_us(20);
		raw_mutex_unlock(&shared);
	}
	return argument;
}

static void contend_with_signals(void)
{
	pthread_t threads[THREADS];

	sections = 0;
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(contend, NULL);
	for (int i = 0; i < 200; i++) {
		pthread_kill(threads[i % THREADS], SIGUSR1);
		hazard_sleep_us(50);
	}
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	need(sections == THREADS * SECTIONS, "%lu sections", sections);
}

/* Nobody holds a lock that a child inherits: it begins with locks of its own. */
static void child(void)
{
	shared.word = handlers.word = 0;
	handling = 0;
	contend_with_signals();
	_exit(0);
}

static void signals_by_timer(long us)
{
	struct itimerval every = {{0, us}, {0, us}};

	need(!setitimer(ITIMER_PROF, &every, NULL), "timer");
}

static void fork_one(void)
{
	sigset_t all, before;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		child();
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	need(hazard_wait(pid) == 0, "child");
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

	hazard_limit(40);
	need(!sigaction(SIGUSR1, &action, NULL) && !sigaction(SIGPROF, &action, NULL), "handlers");
	signals_by_timer(100);
	for (int i = 0; i < FORKS; i++) {
		contend_with_signals();
		fork_one();
	}
	signals_by_timer(0);
	need(handled > 0, "handlers ran");
	return 0;
}
