/* SPDX-License-Identifier: MIT
 *
 * Goal: a spin lock contended by four threads, with locks and tries, counts exactly; so does one that a handler of the thread
 * that spins takes another of.
 */
#include "hazard.h"

enum {
	THREADS = 4,
	ROUNDS = 300000,
	TICK_NS = 100000,
};

static pthread_spinlock_t spin, of_handler;
static unsigned long sections, tries, handled; /* protected by spin, spin, of_handler */

static void handler(int signal)
{
	(void)signal;
	if (pthread_spin_trylock(&of_handler))
		return;
	handled++;
	pthread_spin_unlock(&of_handler);
}

static void *contend(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		bool tried = i % 3 == 0 && pthread_spin_trylock(&spin) == 0;

		if (!tried)
			need(!pthread_spin_lock(&spin), "lock");
		sections++;
		tries += tried;
		need(!pthread_spin_unlock(&spin), "unlock");
	}
	return argument;
}

int main(void)
{
	struct timespec interval = {0, TICK_NS};
	struct itimerspec often = {interval, interval};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	pthread_t threads[THREADS];
	timer_t timer;

	hazard_limit(20);
	need(!pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) && !pthread_spin_init(&of_handler, 0), "spin locks");
	need(!sigaction(SIGUSR1, &action, NULL) && !timer_create(CLOCK_MONOTONIC, &event, &timer), "timer");
	need(!pthread_spin_lock(&spin) && pthread_spin_trylock(&spin) == EBUSY, "taken");
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(contend, NULL);
	need(!timer_settime(timer, 0, &often, NULL), "timer started");
	hazard_sleep_us(5000); /* all of them spin */
	need(!pthread_spin_unlock(&spin), "given");
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	timer_delete(timer);
	need(sections == THREADS * ROUNDS && tries > 0 && handled > 0, "sections %lu, by tries %lu, in handlers %lu",
	     sections, tries, handled);
	need(!pthread_spin_destroy(&spin), "destroyed");
	return 0;
}
