/* SPDX-License-Identifier: MIT */
/* paths: as many different call stacks as wanted, each of which waits for one mutex.
 *
 * A path is a number; its digits to base 4 choose which of four functions calls the next, and at the end of it the
 * mutex is taken. The threads share the paths out. A thread stays away after each turn, so that it finds the others
 * queueing when it comes back: nearly every turn is waited for, and many wait (others find the mutex free before its
 * next owner woke up).
 */
#ifndef CONTEND_TESTS_PATHS_H
#define CONTEND_TESTS_PATHS_H

#include <pthread.h>
#include <unistd.h>

#include "check.h"

enum {
	PATHS_DEPTH = 8, /* 65536 paths */
	PATHS_HOLD_US = 20,
	PATHS_AWAY_US = 200,
};

static pthread_mutex_t paths_mutex = PTHREAD_MUTEX_INITIALIZER;

static void paths_step(unsigned path, unsigned depth);

#define PATHS_FUNCTION(name)                                                                                           \
	__attribute__((noinline)) static void name(unsigned path, unsigned depth)                                      \
	{                                                                                                              \
		paths_step(path, depth);                                                                               \
		__asm__ volatile("" ::: "memory"); /* no tail call */                                                  \
	}
PATHS_FUNCTION(path_0)
PATHS_FUNCTION(path_1)
PATHS_FUNCTION(path_2)
PATHS_FUNCTION(path_3)

static void paths_section(void)
{
	pthread_mutex_lock(&paths_mutex);
	usleep(PATHS_HOLD_US); /* asleep, so that the others can come and queue */
	pthread_mutex_unlock(&paths_mutex);
}

__attribute__((noinline)) static void paths_step(unsigned path, unsigned depth)
{
	static void (*const functions[])(unsigned, unsigned) = {path_0, path_1, path_2, path_3};

	if (depth)
		functions[path % 4](path / 4, depth - 1);
	else
		paths_section();
	__asm__ volatile("" ::: "memory");
}

/* The share of thread `number` of `threads` in the paths 0 ... count-1. */
static inline void paths_contend(unsigned number, unsigned threads, unsigned count)
{
	for (unsigned path = number; path < count; path += threads) {
		paths_step(path, PATHS_DEPTH);
		usleep(PATHS_AWAY_US);
	}
}

#endif
