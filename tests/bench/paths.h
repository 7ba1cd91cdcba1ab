/* SPDX-License-Identifier: MIT */
/* paths: as many different call stacks as wanted, on each of which there is a wait, and a release that made others wait.
 *
 * A path is a number; its digits to base 4 choose which of four functions calls the next. The threads share the paths out.
 *
 * Called from   benchmarks: paths_begin in the main thread, then paths_walk in each thread.
 */
#ifndef CONTEND_TESTS_PATHS_H
#define CONTEND_TESTS_PATHS_H

#include "check.h"
#include "pressed.h"

enum {
	PATHS_DEPTH = 8, /* 65536 paths */
};

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

__attribute__((noinline)) static void paths_step(unsigned path, unsigned depth)
{
	static void (*const functions[])(unsigned, unsigned) = {path_0, path_1, path_2, path_3};

	if (depth) {
		functions[path % 4](path / 4, depth - 1);
	} else {
		pressed_wait();
		pressed_release();
	}
	__asm__ volatile("" ::: "memory");
}

/* For so many paths, which all must be walked. */
static inline void paths_begin(unsigned count)
{
	pressed_begin(count);
}

/* The share of thread `number` of `threads` in the paths 0 ... count-1. */
static inline void paths_walk(unsigned number, unsigned threads, unsigned count)
{
	for (unsigned path = number; path < count; path += threads)
		paths_step(path, PATHS_DEPTH);
}

#endif
