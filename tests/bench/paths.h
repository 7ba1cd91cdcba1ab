/* SPDX-License-Identifier: MIT */
/* paths: as many different call stacks as wanted. A path is a number; its digits to base 4 choose which of four functions
 * calls the next, PATHS_DEPTH deep, and at the end of it `leaf` is called. */
#ifndef CONTEND_TESTS_PATHS_H
#define CONTEND_TESTS_PATHS_H

#define PATHS_DEPTH 8 /* 65536 paths */

static void (*paths_leaf)(void);

static void paths_step(unsigned path, unsigned depth);

#define PATHS_FUNCTION(name)                                                                                           \
	__attribute__((noinline, noclone)) static void name(unsigned path, unsigned depth)                             \
	{                                                                                                              \
		paths_step(path, depth);                                                                               \
		__asm__ volatile("" ::: "memory"); /* no tail call */                                                  \
	}
PATHS_FUNCTION(path_0)
PATHS_FUNCTION(path_1)
PATHS_FUNCTION(path_2)
PATHS_FUNCTION(path_3)

__attribute__((noinline, noclone)) static void paths_step(unsigned path, unsigned depth)
{
	static void (*const functions[])(unsigned, unsigned) = {path_0, path_1, path_2, path_3};

	if (depth)
		functions[path % 4](path / 4, depth - 1);
	else
		paths_leaf();
	__asm__ volatile("" ::: "memory");
}

static inline void paths_walk(unsigned path)
{
	paths_step(path, PATHS_DEPTH);
}

#endif
