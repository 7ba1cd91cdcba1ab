/* SPDX-License-Identifier: MIT */
/* stacks STACKS EVENTS: waits and releases on so many stacks (paths.h), one after the other and again, EVENTS times at least. Prints ns of CPU
 * time per wait or release, when it comes from its stack for the first time, and later. */
#include <stdio.h>
#include <stdlib.h>

#include "paths.h"

static double walk_ns(unsigned paths, unsigned long times)
{
	uint64_t since_ns = t_cpu_ns();

	for (unsigned long i = 0; i < times; i++)
		paths_walk(0, 1, paths);
	return (double)(t_cpu_ns() - since_ns) / (2.0 * paths * times);
}

int main(int argc, char **argv)
{
	unsigned paths = argc == 3 ? atoi(argv[1]) / 2 : 0;
	unsigned long times;
	double first_ns;

	if (paths < 1)
		return 2;
	times = strtoul(argv[2], NULL, 10) / 2 / paths + 1;
	paths_begin(paths * (times + 1));
	first_ns = walk_ns(paths, 1);
	printf("%.1f %.1f\n", first_ns, walk_ns(paths, times));
	pressed_end();
	return 0;
}
