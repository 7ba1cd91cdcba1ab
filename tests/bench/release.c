/* SPDX-License-Identifier: MIT */
/* release DEPTH EVENTS: releases a lock that somebody waits for, from so deep a stack, and nobody is woken by it: a reader's hold of a
 * lock that another reader holds all the time, while a writer waits. Prints ns per pair of lock and unlock. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

static void release_often(unsigned long events)
{
	uint64_t since_ns = t_now_ns();

	for (unsigned long i = 0; i < events; i++) {
		pthread_rwlock_rdlock(&lock);
		pthread_rwlock_unlock(&lock);
	}
	printf("%.1f\n", (double)(t_now_ns() - since_ns) / events);
}

__attribute__((noinline)) static void descend(unsigned depth, unsigned long events)
{
	if (depth)
		descend(depth - 1, events);
	else
		release_often(events);
	__asm__ volatile("" ::: "memory");
}

static void *write_once(void *argument)
{
	pthread_rwlock_wrlock(&lock);
	pthread_rwlock_unlock(&lock);
	return argument;
}

int main(int argc, char **argv)
{
	pthread_t writer;

	pthread_rwlock_rdlock(&lock);
	pthread_create(&writer, NULL, write_once, NULL);
	t_sleep_ms(20);
	descend(argc > 1 ? atoi(argv[1]) : 5, argc > 2 ? atol(argv[2]) : 100000);
	pthread_rwlock_unlock(&lock);
	pthread_join(writer, NULL);
	return 0;
}
