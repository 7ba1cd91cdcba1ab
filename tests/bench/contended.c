/* SPDX-License-Identifier: MIT */
/* contended calibrate: prints how many turns of the loop of work take 1 us.
 * contended TURNS MS: four threads take one mutex with that much work inside and outside, for so long; prints sections
 * per second, and the share of the slowest thread relative to a fair one. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum {
	THREADS = 4,
	CALIBRATION_TURNS = 20000000,
};

static struct {
	pthread_mutex_t mutex;
	unsigned turns;
	_Atomic unsigned is_over;
	uint64_t sections[THREADS][8]; /* a cache line each */
} bench = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void work(unsigned turns)
{
	for (unsigned i = 0; i < turns; i++)
		__asm__ volatile("" ::: "memory");
}

static void body(unsigned number, void *argument)
{
	if (number == THREADS) {
		t_sleep_ms(*(unsigned *)argument);
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

static void calibrate(void)
{
	uint64_t since_ns = t_now_ns();

	work(CALIBRATION_TURNS);
	printf("%.0f\n", CALIBRATION_TURNS * 1e3 / (t_now_ns() - since_ns));
}

int main(int argc, char **argv)
{
	unsigned duration_ms = argc > 2 ? atoi(argv[2]) : 500;
	uint64_t least = UINT64_MAX, sum = 0;

	if (argc < 2 || !strcmp(argv[1], "calibrate")) {
		calibrate();
		return 0;
	}
	bench.turns = atoi(argv[1]);
	t_run(THREADS + 1, body, &duration_ms);
	for (unsigned i = 0; i < THREADS; i++) {
		sum += bench.sections[i][0];
		if (bench.sections[i][0] < least)
			least = bench.sections[i][0];
	}
	printf("%.0f %.3f\n", sum * 1e3 / duration_ms, (double)least * THREADS / sum);
	return 0;
}
