/* SPDX-License-Identifier: MIT */
/* Machines whose counter may and may not be trusted. Included by counter_test.c only. */
#ifndef TESTS_UNIT_COUNTER_MACHINES_H
#define TESTS_UNIT_COUNTER_MACHINES_H

enum { INVARIANT = 1 << 8 };

static struct {
	uint32_t highest_leaf;
	uint32_t power; /* edx of the leaf on power management */
} processor;

static void fake_cpuid(uint32_t leaf, uint32_t out_registers[4])
{
	memset(out_registers, 0xff, 4 * sizeof(uint32_t)); /* what is not asked for says yes */
	if (leaf == 0x80000000)
		out_registers[0] = processor.highest_leaf;
	else if (leaf == 0x80000007)
		out_registers[3] = processor.power;
}

static const struct counter_machine good_machine = {.cpuid = fake_cpuid};

static bool is_usable(uint32_t highest_leaf, uint32_t power)
{
	processor.highest_leaf = highest_leaf;
	processor.power = power;
	return is_usable_with(good_machine, COUNTER_CLOCKSOURCE "\n");
}

/* The last one is good. */
static void test_machines(void)
{
	ok(is_usable(0x80000007, ~0u), "usable: the leaf is the last, other bits are set too");
	ok(!is_usable(0x80000008, ~INVARIANT), "not usable: not invariant");
	ok(!is_usable(0x80000006, INVARIANT), "not usable: the processor has no such leaf");
	ok(!is_usable(0, INVARIANT), "not usable: no extended leaves at all");
	ok(is_usable(0x80000008, INVARIANT), "usable: invariant and the kernel's clock");
}

/* As the kernel tells it. */
static bool is_invariant_here(void)
{
	return file_says("/proc/cpuinfo", "flags", " nonstop_tsc") &&
	       file_says("/proc/cpuinfo", "flags", " constant_tsc");
}

#endif
