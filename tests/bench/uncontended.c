/* SPDX-License-Identifier: MIT */
/* uncontended NAME single|threads|many PAIRS: calls one pair of pairs.def on an object that nobody else wants, in a process
 * with one thread, with two, or shared out among many, each with an object of its own. Prints ns of CPU time per pair.
 * uncontended: names and limits, one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "company.h"
#include "pairs.h"

enum {
	MANY = 8,
};

static struct {
	const char *name;
	unsigned long pairs; /* of each thread */
	uint64_t ns[MANY];
} bench;

/* One loop for each pair, so that nothing is paid but the two calls. */
static void run_pairs(unsigned number, void *argument)
{
	uint64_t since_ns;

	(void)argument;
	pairs_init();
	since_ns = t_cpu_ns();
#define PAIR(pair, limit_single, limit_threads, first, second)                                                         \
	if (!strcmp(bench.name, pair))                                                                                 \
		for (unsigned long i = 0; i < bench.pairs; i++) {                                                      \
			first;                                                                                         \
			second;                                                                                        \
		}
#include "pairs.def"
#undef PAIR
	bench.ns[number] = t_cpu_ns() - since_ns;
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
	unsigned threads;
	uint64_t ns = 0;

	if (argc != 4)
		return list();
	threads = strcmp(argv[2], "many") ? 1 : MANY;
	bench.name = argv[1];
	bench.pairs = (strtoul(argv[3], NULL, 10) + threads - 1) / threads;
	if (!strcmp(argv[2], "threads"))
		company_begin();
	if (threads == 1)
		run_pairs(0, NULL);
	else
		t_run(threads, run_pairs, NULL);
	for (unsigned i = 0; i < threads; i++)
		ns += bench.ns[i];
	printf("%.3f\n", (double)ns / (bench.pairs * threads));
	return 0;
}
