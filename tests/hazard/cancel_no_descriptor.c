/* SPDX-License-Identifier: MIT
 * leaves: a process that libc aborts
 *
 * Goal: the first cancellation of a process opens a library, for which there may be no descriptor left: libc aborts then. Later
 * ones need none. Both are as without us; so is a cancellation in each state of waiting. The ends are printed.
 */
#include <semaphore.h>
#include <sys/resource.h>

#include "hazard.h"

static sem_t semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static _Atomic int ready, handled;

static void unlock(void *argument)
{
	handled++;
	pthread_mutex_unlock(argument);
}

static void *wait_for_cond(void *argument)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, &mutex);
	ready++;
	for (;;)
		pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(1);
	return argument;
}

static void *wait_for_semaphore(void *argument)
{
	ready++;
	sem_wait(&semaphore);
	return argument;
}

static void cancel(void *(*body)(void *))
{
	int before = ready;
	pthread_t thread = hazard_start(body, NULL);
	void *result;

	while (ready == before)
		hazard_sleep_us(100);
	need(!pthread_cancel(thread) && !pthread_join(thread, &result), "cancelled and joined");
	need(result == PTHREAD_CANCELED, "it ended by that");
}

static void spend_descriptors(void)
{
	struct rlimit none = {0, 0};

	need(!setrlimit(RLIMIT_NOFILE, &none) && open("/dev/null", O_RDONLY) == -1 && errno == EMFILE, "none is left");
}

static void first_without(void)
{
	hazard_contend(2, 50);
	spend_descriptors();
	cancel(wait_for_cond);
}

static void later_without(void)
{
	cancel(wait_for_semaphore);
	spend_descriptors();
	cancel(wait_for_cond);
	cancel(wait_for_semaphore);
	hazard_contend(2, 50);
	need(handled == 1, "the handler ran");
}

int main(void)
{
	static void (*const ways[])(void) = {first_without, later_without};

	hazard_limit(20);
	need(!sem_init(&semaphore, 0, 0), "semaphore");
	for (int i = 0; i < 2; i++) {
		struct rlimit no_core = {0, 0};
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid) {
			setrlimit(RLIMIT_CORE, &no_core);
			dup2(open("/dev/null", O_WRONLY),
			     2); /* where libc says why it aborts, and we what we cannot write */
			ways[i]();
			exit(0);
		}
		printf("way %d: %d\n", i, hazard_wait(pid));
		fflush(stdout);
	}
	return 0;
}
