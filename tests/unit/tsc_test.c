/* SPDX-License-Identifier: MIT */
/* Goal of this test: the counter is trusted only if CPUID calls it invariant and the kernel keeps time by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "tsc.h"

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

/* text NULL: there is no such file. */
static bool is_usable(uint32_t highest_leaf, uint32_t power, const char *text)
{
	char path[] = "tsc_test.XXXXXX";
	struct tsc_machine machine = {.cpuid = fake_cpuid, .clocksource_path = path};
	int file = mkstemp(path);
	bool usable;

	processor.highest_leaf = highest_leaf;
	processor.power = power;
	if (file < 0 || (text && write(file, text, strlen(text)) != (ssize_t)strlen(text)))
		return ok(false, "%s can be written", path);
	close(file);
	if (!text)
		unlink(path);
	usable = tsc_is_usable(&machine);
	unlink(path);
	return usable;
}

static void test_mocked_machines(void)
{
	ok(is_usable(0x80000008, INVARIANT, "tsc\n"), "usable: invariant and the kernel's clock");
	ok(is_usable(0x80000007, ~0u, "tsc\n"), "usable: the leaf is the last, other bits are set too");
	ok(!is_usable(0x80000008, ~INVARIANT, "tsc\n"), "not usable: not invariant");
	ok(!is_usable(0x80000006, INVARIANT, "tsc\n"), "not usable: the processor has no such leaf");
	ok(!is_usable(0, INVARIANT, "tsc\n"), "not usable: no extended leaves at all");
	ok(!is_usable(0x80000008, INVARIANT, "hpet\n"), "not usable: the kernel keeps time by hpet");
	ok(!is_usable(0x80000008, INVARIANT, "kvm-clock\n"), "not usable: by kvm-clock");
	ok(!is_usable(0x80000008, INVARIANT, "tsc-early\n"), "not usable: by a clock that begins with tsc");
	ok(!is_usable(0x80000008, INVARIANT, "ts"), "not usable: a cut name");
	ok(!is_usable(0x80000008, INVARIANT, ""), "not usable: an empty file");
	ok(!is_usable(0x80000008, INVARIANT, NULL), "not usable: no such file");
}

/* True if a line of the file holds all the words; missing files hold none. */
static bool file_says(const char *path, const char *line_start, const char *word)
{
	FILE *file = fopen(path, "r");
	char line[8192];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strncmp(line, line_start, strlen(line_start)) == 0 && strstr(line, word);
	if (file)
		fclose(file);
	return found;
}

static void test_this_machine(void)
{
	bool invariant = file_says("/proc/cpuinfo", "flags", " nonstop_tsc") &&
			 file_says("/proc/cpuinfo", "flags", " constant_tsc");
	bool kernel = file_says(tsc_this_machine.clocksource_path, "tsc", "tsc\n");

	is_u64(tsc_is_usable(&tsc_this_machine), invariant && kernel,
	       "this machine, as /proc/cpuinfo (%sinvariant) and sysfs (%stsc) tell it", invariant ? "" : "not ",
	       kernel ? "" : "not ");
}

int main(void)
{
	test_mocked_machines();
	test_this_machine();
	return done();
}
