/* SPDX-License-Identifier: MIT */
/* The virtual count of the generic timer. Included by counter.h only. */
#ifndef CONTEND_COUNTER_HERE_H
#define CONTEND_COUNTER_HERE_H

#include <stdint.h>

#define COUNTER_NAME        "CNTVCT"
#define COUNTER_CLOCKSOURCE "arch_sys_counter" /* as the kernel calls it */

/* Where the answers come from; tests pass others. */
struct counter_machine {
	const char *clocksource_path; /* a file that names the kernel's clock source */
};

/* Without a barrier: may be off by some tens of instructions, which no wait is measured by. Between 1 and 1000 steps of it are a us
 * (cntfrq_el0 says how many ought to be: clock.c measures). */
static inline uint64_t counter_read(void)
{
	uint64_t count;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
	return count;
}

#endif
