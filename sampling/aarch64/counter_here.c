/* SPDX-License-Identifier: MIT */
#include "counter.h"

const struct counter_machine counter_this_machine = {
	.clocksource_path = COUNTER_CLOCKSOURCE_PATH,
};

/* That it runs at one speed, the same for all processors, the architecture promises; where a processor breaks that, or a hypervisor
 * hides the counter, the kernel keeps time by something else. */
bool counter_is_usable(const struct counter_machine *machine)
{
	return counter_is_clock_of_kernel(machine->clocksource_path, COUNTER_CLOCKSOURCE "\n");
}
