/* SPDX-License-Identifier: MIT
 *
 * Goal: a thread's first lock calls happen in a signal handler, contended, in the middle of the application's own allocator: no
 * memory is asked for there, nothing waits for what the interrupted code holds.
 */
#include "hazard.h"

void *__libc_malloc(size_t bytes);

static _Atomic int forbidden; /* in a handler: no allocation */
static struct hazard_rival rival;
static _Atomic int handled;

void *malloc(size_t bytes)
{
	if (forbidden == gettid())
		_exit(3);
	return __libc_malloc(bytes);
}

static void handler(int signal)
{
	int times = 2;

	(void)signal;
	forbidden = gettid();
	while (times) {
		times -= hazard_is_locked(&rival.mutex);
		if (pthread_mutex_lock(&rival.mutex) || pthread_mutex_unlock(&rival.mutex))
			_exit(1);
	}
	forbidden = 0;
	handled++;
}

/* Until the handler ran once more; makes no lock call of its own. */
static void *allocate(void *argument)
{
	const int *before = argument;
	void *volatile sink;

	while (handled == *before)
		for (int i = 0; i < 100; i++) {
			sink = malloc(100);
			free(sink);
		}
	return NULL;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler};

	hazard_limit(20);
	hazard_rival_start(&rival);
	need(!sigaction(SIGUSR1, &action, NULL), "handler");
	for (int i = 0; i < 200; i++) {
		int before = handled;
		pthread_t thread = hazard_start(allocate, &before);

		hazard_sleep_us(i * 7 % 500);
		pthread_kill(thread, SIGUSR1);
		hazard_join(thread);
	}
	need(handled == 200, "handlers ran: %d", handled);
	hazard_rival_stop(&rival);
	return 0;
}
