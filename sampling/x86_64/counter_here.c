/* SPDX-License-Identifier: MIT */
#include <cpuid.h>

#include "counter.h"

/* CPUID's leaf on power management, and the bit of edx that promises an invariant counter. */
enum { LEAF_EXTENDED = 0x80000000, LEAF_POWER = 0x80000007, POWER_INVARIANT_TSC = 1 << 8 };

static void cpuid_of_this_machine(uint32_t leaf, uint32_t out_registers[4])
{
	__cpuid_count(leaf, 0, out_registers[0], out_registers[1], out_registers[2], out_registers[3]);
}

const struct counter_machine counter_this_machine = {
	.cpuid = cpuid_of_this_machine,
	.clocksource_path = COUNTER_CLOCKSOURCE_PATH,
};

static bool is_invariant(const struct counter_machine *machine)
{
	uint32_t registers[4];

	machine->cpuid(LEAF_EXTENDED, registers);
	if (registers[0] < LEAF_POWER)
		return false;
	machine->cpuid(LEAF_POWER, registers);
	return registers[3] & POWER_INVARIANT_TSC;
}

bool counter_is_usable(const struct counter_machine *machine)
{
	return is_invariant(machine) && counter_is_clock_of_kernel(machine->clocksource_path, COUNTER_CLOCKSOURCE "\n");
}
