/* SPDX-License-Identifier: MIT */
/* event DEPTH EVENTS: asks for a mutex that is held, with a deadline that lies before all time, from so deep a stack: a
 * wait that takes no time itself. Prints ns per wait. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void wait_often(unsigned long events)
{
	const struct timespec before_all_time = {.tv_sec = -1};
	uint64_t since_ns = t_now_ns();

	for (unsigned long i = 0; i < events; i++)
		pthread_mutex_timedlock(&mutex, &before_all_time);
	printf("%.1f\n", (double)(t_now_ns() - since_ns) / events);
}

__attribute__((noinline)) static void descend(unsigned depth, unsigned long events)
{
	if (depth)
		descend(depth - 1, events);
	else
		wait_often(events);
	__asm__ volatile("" ::: "memory");
}

struct arguments {
	unsigned depth;
	unsigned long events;
};

static void *waiter(void *argument)
{
	const struct arguments *arguments = argument;

	descend(arguments->depth, arguments->events);
	return NULL;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.depth = argc > 1 ? atoi(argv[1]) : 5,
				      .events = argc > 2 ? atol(argv[2]) : 100000};
	pthread_t thread;

	pthread_mutex_lock(&mutex);
	pthread_create(&thread, NULL, waiter, &arguments);
	pthread_join(thread, NULL);
	return 0;
}
