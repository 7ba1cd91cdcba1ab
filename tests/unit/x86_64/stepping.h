/* SPDX-License-Identifier: MIT */
/* stepping: stops a call after any number of its instructions, and lets others act meanwhile, by the processor's trap flag. */
#ifndef TESTS_UNIT_STEPPING_H
#define TESTS_UNIT_STEPPING_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SANITIZE_THREAD__
enum { STEPPING_WORKS = 0 }; /* its own locks would be stepped through, too */
#else
enum { STEPPING_WORKS = 1 };
#endif

enum { STEPPING_TRAP_FLAG = 0x100 };

static struct {
	unsigned instructions, stop_after;
	void (*meanwhile)(void);
} stepping;

/* The kernel clears the flag for a handler, and sets it again when that returns. */
static void stepping_trap(int signal)
{
	(void)signal;
	if (++stepping.instructions == stepping.stop_after)
		stepping.meanwhile();
}

/* Calls it; `meanwhile` is called between its instruction number stop_after and the next. False: it has none so late. */
static inline bool stepping_call(void (*call)(void), unsigned stop_after, void (*meanwhile)(void))
{
	struct sigaction trap = {.sa_handler = stepping_trap}, before;

	sigaction(SIGTRAP, &trap, &before);
	stepping.instructions = 0;
	stepping.stop_after = stop_after;
	stepping.meanwhile = meanwhile;
	__asm__ volatile("pushfq; orq %0, (%%rsp); popfq" : : "i"(STEPPING_TRAP_FLAG) : "memory", "cc");
	call();
	__asm__ volatile("pushfq; andq %0, (%%rsp); popfq" : : "i"(~STEPPING_TRAP_FLAG) : "memory", "cc");
	sigaction(SIGTRAP, &before, NULL);
	return stepping.instructions >= stop_after;
}

#endif
