/* SPDX-License-Identifier: MIT */
/* tsc: the processor's time stamp counter, and whether it can be trusted as a clock.
 *
 * Called from   tsc_read: anywhere. tsc_is_usable: the constructor (it opens a file and, in a virtual machine, traps).
 */
#ifndef CONTEND_TSC_H
#define CONTEND_TSC_H

#include <stdbool.h>
#include <stdint.h>

#ifndef __x86_64__
#error "tsc.h knows x86-64 only: add this architecture's counter, or one that is never usable"
#endif

/* Where the answers come from; tests pass others. */
struct tsc_machine {
	void (*cpuid)(uint32_t leaf, uint32_t out_registers[4]); /* eax, ebx, ecx, edx */
	const char *clocksource_path;                            /* a file that names the kernel's clock source */
};

extern const struct tsc_machine tsc_this_machine;

/* True if the counter runs at one speed in all states of the processor, and the kernel itself keeps time by it, which it
 * does only as long as the counters of all CPUs agree. */
bool tsc_is_usable(const struct tsc_machine *machine);

/* Unfenced: may be off by some tens of cycles, which no wait is measured by. */
static inline uint64_t tsc_read(void)
{
	return __builtin_ia32_rdtsc();
}

#endif
