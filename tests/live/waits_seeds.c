/* SPDX-License-Identifier: MIT */
/* waits_seeds: waits for a pipe, shorter and longer than 1 ms, and what a profile at that rate may say of them.
 *
 * Prints   a line for wait_short and wait_long: name, waits, ns, variance of the estimated count, variance of the
 *          estimated ns^2; separated by tabs. A wait of d < r is kept with p = d/r, as r/d waits and r ns: that has the
 *          variances (1-p)/p and r^2 p (1-p).
 */
#include "known_waits.h"

enum { RATE_NS = 1000000, SHORT_WAITS = 300, SHORT_US = 300, LONG_WAITS = 100, LONG_US = 2000 };

struct waits {
	unsigned waits;
	unsigned us;
	unsigned come; /* waits that have begun; atomic */
	int pair[2];
	double ns;
	double count_variance;
	double ns_variance;
};

static void *writer(void *argument)
{
	struct waits *waits = argument;

	for (unsigned i = 1; i <= waits->waits; i++) {
		while (__atomic_load_n(&waits->come, __ATOMIC_ACQUIRE) < i)
			hazard_sleep_us(20);
		hazard_sleep_us(waits->us);
		if (write(waits->pair[1], "", 1) != 1)
			abort();
	}
	return NULL;
}

static void add(struct waits *waits, double ns)
{
	double kept = ns / RATE_NS;

	waits->ns += ns;
	if (kept < 1) {
		waits->count_variance += (1 - kept) / kept;
		waits->ns_variance += (double)RATE_NS * RATE_NS * kept * (1 - kept);
	}
}

#define READER(name)                                                                                                   \
	OWN_FRAME static void name(const struct waits *waits)                                                          \
	{                                                                                                              \
		char byte;                                                                                             \
                                                                                                                       \
		if (read(waits->pair[0], &byte, 1) != 1)                                                               \
			abort();                                                                                       \
	}
READER(wait_short)
READER(wait_long)

static void run(const char *name, void (*wait)(const struct waits *waits), struct waits waits)
{
	pthread_t thread;

	if (pipe(waits.pair) || pthread_create(&thread, NULL, writer, &waits))
		abort();
	for (unsigned i = 0; i < waits.waits; i++) {
		uint64_t since_ns = t_now_ns();

		__atomic_store_n(&waits.come, i + 1, __ATOMIC_RELEASE);
		wait(&waits);
		add(&waits, t_now_ns() - since_ns);
	}
	pthread_join(thread, NULL);
	printf("%s\t%u\t%.0f\t%.0f\t%.0f\n", name, waits.waits, waits.ns, waits.count_variance, waits.ns_variance);
}

int main(void)
{
	run("wait_short", wait_short, (struct waits){.waits = SHORT_WAITS, .us = SHORT_US});
	run("wait_long", wait_long, (struct waits){.waits = LONG_WAITS, .us = LONG_US});
	return 0;
}
