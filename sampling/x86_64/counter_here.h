/* SPDX-License-Identifier: MIT */
/* The time stamp counter. Included by counter.h only. */
#ifndef CONTEND_COUNTER_HERE_H
#define CONTEND_COUNTER_HERE_H

#include <stdint.h>

#define COUNTER_NAME        "TSC"
#define COUNTER_CLOCKSOURCE "tsc" /* as the kernel calls it */

/* Where the answers come from; tests pass others. */
struct counter_machine {
	void (*cpuid)(uint32_t leaf, uint32_t out_registers[4]); /* eax, ebx, ecx, edx */
	const char *clocksource_path;                            /* a file that names the kernel's clock source */
};

/* Unfenced: may be off by some tens of cycles, which no wait is measured by. */
static inline uint64_t counter_read(void)
{
	return __builtin_ia32_rdtsc();
}

#endif
