/* SPDX-License-Identifier: MIT */
/* event wait|release|both DEPTH EVENTS: waits, releases (see pressed.h) or both by turns from a stack that deep. Prints
 * ns of CPU time per event, or per two. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "pressed.h"

static void wait_and_release(void)
{
	pressed_wait();
	pressed_release();
}

__attribute__((noinline)) static double descend(unsigned depth, void (*event)(void), unsigned long events)
{
	uint64_t since_ns = t_cpu_ns();
	double ns;

	if (depth)
		ns = descend(depth - 1, event, events);
	else {
		for (unsigned long i = 0; i < events; i++)
			event();
		ns = (double)(t_cpu_ns() - since_ns) / events;
	}
	__asm__ volatile("" ::: "memory");
	return ns;
}

int main(int argc, char **argv)
{
	void (*event)(void) = wait_and_release;
	unsigned long events;

	if (argc != 4)
		return 2;
	if (!strcmp(argv[1], "wait"))
		event = pressed_wait;
	else if (!strcmp(argv[1], "release"))
		event = pressed_release;
	events = strtoul(argv[3], NULL, 10);
	pressed_begin(events);
	printf("%.1f\n", descend(atoi(argv[2]), event, events));
	return 0;
}
