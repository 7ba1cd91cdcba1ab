/* SPDX-License-Identifier: MIT */
/* contended calibrate: prints how many turns of the loop of work take 1 us.
 * contended TURNS THREADS MS: so many threads take one mutex with that much work inside and outside, for so long; prints sections
 * per second, and the share of the slowest thread relative to a fair one. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum {
	THREADS_LIMIT = 512,
	CALIBRATION_TURNS = 20000000,
};

static struct {
	pthread_mutex_t mutex;
	unsigned turns;
	unsigned threads;
	unsigned duration_ms;
	_Atomic unsigned is_over;
	uint64_t sections[THREADS_LIMIT][8]; /* a cache line each */
} bench = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void work(unsigned turns)
{
	for (unsigned i = 0; i < turns; i++)
		__asm__ volatile("" ::: "memory");
}

static void body(unsigned number, void *argument)
{
	(void)argument;
	if (number == bench.threads) {
		t_sleep_ms(bench.duration_ms);
		atomic_store(&bench.is_over, 1);
		return;
	}
	while (!atomic_load_explicit(&bench.is_over, memory_order_relaxed)) {
		pthread_mutex_lock(&bench.mutex);
		work(bench.turns);
		pthread_mutex_unlock(&bench.mutex);
		bench.sections[number][0]++;
		work(bench.turns);
	}
}

static int calibrate(void)
{
	uint64_t since_ns = t_now_ns();

	work(CALIBRATION_TURNS);
	printf("%.0f\n", CALIBRATION_TURNS * 1e3 / (t_now_ns() - since_ns));
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t least = UINT64_MAX, sum = 0;

	if (argc != 4)
		return calibrate();
	bench.turns = atoi(argv[1]);
	bench.threads = atoi(argv[2]);
	bench.duration_ms = atoi(argv[3]);
	if (bench.threads < 1 || bench.threads > THREADS_LIMIT)
		return 2;
	t_run(bench.threads + 1, body, NULL);
	for (unsigned i = 0; i < bench.threads; i++) {
		sum += bench.sections[i][0];
		if (bench.sections[i][0] < least)
			least = bench.sections[i][0];
	}
	printf("%.0f %.3f\n", sum * 1e3 / bench.duration_ms, sum ? (double)least * bench.threads / sum : 0);
	return 0;
}
