/* SPDX-License-Identifier: MIT */
/* Goal of this test: the counter is trusted only if the processor promises that it is invariant and the kernel keeps time by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "counter.h"

/* text NULL: there is no such file. */
static bool is_usable_with(struct counter_machine machine, const char *text)
{
	char path[] = "counter_test.XXXXXX";
	int file = mkstemp(path);
	bool usable;

	if (file < 0 || (text && write(file, text, strlen(text)) != (ssize_t)strlen(text)))
		return ok(false, "%s can be written", path);
	close(file);
	if (!text)
		unlink(path);
	machine.clocksource_path = path;
	usable = counter_is_usable(&machine);
	unlink(path);
	return usable;
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

#include "counter_machines.h"

static void test_clocks(void)
{
	ok(!is_usable_with(good_machine, "hpet\n"), "not usable: the kernel keeps time by hpet");
	ok(!is_usable_with(good_machine, "kvm-clock\n"), "not usable: by kvm-clock");
	ok(!is_usable_with(good_machine, COUNTER_CLOCKSOURCE "-early\n"),
	   "not usable: by a clock that begins with its name");
	ok(!is_usable_with(good_machine, "ts"), "not usable: a cut name");
	ok(!is_usable_with(good_machine, ""), "not usable: an empty file");
	ok(!is_usable_with(good_machine, NULL), "not usable: no such file");
}

static void test_this_machine(void)
{
	bool invariant = is_invariant_here();
	bool kernel = file_says(counter_this_machine.clocksource_path, COUNTER_CLOCKSOURCE, COUNTER_CLOCKSOURCE "\n");

	is_u64(counter_is_usable(&counter_this_machine), invariant && kernel,
	       "this machine: %sinvariant, %sthe kernel's clock", invariant ? "" : "not ", kernel ? "" : "not ");
}

static void test_it_runs(void)
{
	uint64_t first = counter_read(), last = first;

	for (int i = 0; i < 10000000 && last == first; i++)
		last = counter_read();
	ok(last > first, "the counter runs");
}

int main(void)
{
	test_machines();
	test_clocks();
	test_this_machine();
	test_it_runs();
	return done();
}
