/* SPDX-License-Identifier: MIT */
#include <cpuid.h>
#include <fcntl.h>
#include <string.h>

#include "kernel.h"
#include "tsc.h"

/* CPUID's leaf on power management, and the bit of edx that promises an invariant counter. */
enum { LEAF_EXTENDED = 0x80000000, LEAF_POWER = 0x80000007, POWER_INVARIANT_TSC = 1 << 8 };

static void cpuid_of_this_machine(uint32_t leaf, uint32_t out_registers[4])
{
	__cpuid_count(leaf, 0, out_registers[0], out_registers[1], out_registers[2], out_registers[3]);
}

const struct tsc_machine tsc_this_machine = {
	.cpuid = cpuid_of_this_machine,
	.clocksource_path = "/sys/devices/system/clocksource/clocksource0/current_clocksource",
};

static bool is_invariant(const struct tsc_machine *machine)
{
	uint32_t registers[4];

	machine->cpuid(LEAF_EXTENDED, registers);
	if (registers[0] < LEAF_POWER)
		return false;
	machine->cpuid(LEAF_POWER, registers);
	return registers[3] & POWER_INVARIANT_TSC;
}

static bool is_clock_of_kernel(const struct tsc_machine *machine)
{
	static const char expected[] = "tsc\n";
	char name[sizeof(expected)];
	long file = KERNEL_CALL(openat, AT_FDCWD, machine->clocksource_path, O_RDONLY | O_CLOEXEC);
	long length;

	if (file < 0)
		return false;
	length = KERNEL_CALL(read, file, name, sizeof(name));
	KERNEL_CALL(close, file);
	return length == sizeof(expected) - 1 && memcmp(name, expected, sizeof(expected) - 1) == 0;
}

bool tsc_is_usable(const struct tsc_machine *machine)
{
	return is_invariant(machine) && is_clock_of_kernel(machine);
}
