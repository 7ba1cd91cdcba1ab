/* SPDX-License-Identifier: MIT */
/* uncontended NAME single|threads PAIRS: calls one pair of pairs.def on an object that nobody else wants, in a process with one
 * thread or with two; prints ns per pair. uncontended list: names and limits, one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "company.h"
#include "pairs.h"

/* One loop for each pair, so that nothing is paid but the two calls. */
static double ns_per_pair(const char *name, unsigned long pairs)
{
	uint64_t since_ns = t_now_ns();

#define PAIR(pair, limit_single, limit_threads, first, second)                                                         \
	if (!strcmp(name, pair))                                                                                       \
		for (unsigned long i = 0; i < pairs; i++) {                                                            \
			first;                                                                                         \
			second;                                                                                        \
		}
#include "pairs.def"
#undef PAIR
	return (double)(t_now_ns() - since_ns) / pairs;
}

static int list(void)
{
#define PAIR(pair, limit_single, limit_threads, first, second)                                                         \
	printf("%s %g %g\n", pair, (double)limit_single, (double)limit_threads);
#include "pairs.def"
#undef PAIR
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return list();
	pairs_init();
	if (!strcmp(argv[2], "threads"))
		company_begin();
	printf("%.3f\n", ns_per_pair(argv[1], strtoul(argv[3], NULL, 10)));
	return 0;
}
