/* SPDX-License-Identifier: MIT */
/* counter: the counter of time that the processor offers to programs, and whether it can be trusted as a clock.
 *
 * Each architecture has its own: counter_here.h and counter_here.c in the folder of its name.
 *
 * Called from   counter_read: anywhere. counter_is_usable: the constructor (it opens a file and, in a virtual machine, may trap).
 */
#ifndef CONTEND_COUNTER_H
#define CONTEND_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "counter_here.h"

extern const struct counter_machine counter_this_machine;

/* True if the counter runs at one speed in all states of the processor, and the kernel itself keeps time by it, which it
 * does only as long as the counters of all CPUs agree. */
bool counter_is_usable(const struct counter_machine *machine);

/* Does the file at `path`, which names the kernel's clock source, say `expected` and nothing else? */
bool counter_is_clock_of_kernel(const char *path, const char *expected);

/* What the kernel calls the counter of this machine and the file says. */
#define COUNTER_CLOCKSOURCE_PATH "/sys/devices/system/clocksource/clocksource0/current_clocksource"

#endif
