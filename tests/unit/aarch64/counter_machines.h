/* SPDX-License-Identifier: MIT */
/* Machines whose counter may and may not be trusted. Included by counter_test.c only. */
#ifndef TESTS_UNIT_COUNTER_MACHINES_H
#define TESTS_UNIT_COUNTER_MACHINES_H

static const struct counter_machine good_machine;

static void test_machines(void)
{
	ok(is_usable_with(good_machine, COUNTER_CLOCKSOURCE "\n"), "usable: the kernel's clock");
	ok(!is_usable_with(good_machine, "timer\n"), "not usable: another one");
}

/* The architecture promises it. */
static bool is_invariant_here(void)
{
	return true;
}

#endif
