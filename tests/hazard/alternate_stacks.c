/* SPDX-License-Identifier: MIT
 *
 * Goal: a signal handler on an alternate stack may lock contended mutexes, post and wait, write, poll and read on every
 * size of such a stack on which it can bare: the kernel's minimum and a little for the handler itself, 5424, 8192 and
 * 16384 bytes. A word below each stack must stay whole.
 */
#include <poll.h>
#include <semaphore.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "hazard.h"

enum {
	STACK_AREA_BYTES = 65536,
	HANDLER_BYTES = 1024, /* what the handler and the lock need bare */
	CANARY = 0x5a,
};

static struct hazard_rival rival;
static sem_t asked, answered;
static int ends[2]; /* of a pipe */
static volatile int handled;

static bool pass_byte(void)
{
	struct pollfd polled = {.fd = ends[0], .events = POLLIN};
	char byte;

	return write(ends[1], "x", 1) == 1 && poll(&polled, 1, -1) == 1 && read(ends[0], &byte, 1) == 1;
}

static void handler(int signal)
{
	int times = 3;

	(void)signal;
	while (times) {
		times -= hazard_is_locked(&rival.mutex);
		if (pthread_mutex_lock(&rival.mutex) || pthread_mutex_unlock(&rival.mutex))
			_exit(1);
	}
	if (sem_post(&asked) || sem_wait(&answered) || !pass_byte())
		_exit(1);
	handled++;
}

/* Waits for each post of the handlers, so that it is measured what these wake and wait for. */
static void *answer(void *argument)
{
	while (!sem_wait(&asked))
		sem_post(&answered);
	return argument;
}

static void run(size_t bytes)
{
	char *area = mmap(NULL, STACK_AREA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *low = area + STACK_AREA_BYTES - bytes;
	stack_t stack = {.ss_sp = low, .ss_size = bytes};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};

	need(area != MAP_FAILED, "stack");
	memset(area, CANARY, STACK_AREA_BYTES - bytes);
	need(!sigaltstack(&stack, NULL), "a stack of %zu bytes is accepted", bytes);
	need(!sigaction(SIGUSR1, &action, NULL), "handler");
	for (int i = 0; i < 20; i++)
		need(!raise(SIGUSR1), "raise");
	for (char *p = area; p < low; p++)
		need(*p == CANARY, "nothing was written %zd bytes below a stack of %zu", low - p, bytes);
	stack.ss_flags = SS_DISABLE;
	need(!sigaltstack(&stack, NULL), "disabled");
	munmap(area, STACK_AREA_BYTES);
}

static void *run_all(void *argument)
{
	size_t least = getauxval(AT_MINSIGSTKSZ);

	run((least ? least : 2048) + HANDLER_BYTES);
	run(5424);
	run(8192);
	run(16384);
	return argument;
}

int main(void)
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	need(!sem_init(&asked, 0, 0) && !sem_init(&answered, 0, 0), "semaphores");
	hazard_start(answer, NULL);
	need(!pipe(ends) && pass_byte(), "bound before");
	need(!sem_post(&asked) && !sem_wait(&answered), "bound before a small stack has to do for that");
	run_all(NULL);
	hazard_join(hazard_start(run_all, NULL));
	need(handled == 160, "handlers ran: %d", handled);
	hazard_rival_stop(&rival);
	return 0;
}
