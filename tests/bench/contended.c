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
	struct done {
		_Alignas(64) uint64_t sections;
		uint64_t begun_ns, ended_ns;
	} done[THREADS_LIMIT];
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
	bench.done[number].begun_ns = t_now_ns();
	while (!atomic_load_explicit(&bench.is_over, memory_order_relaxed)) {
		pthread_mutex_lock(&bench.mutex);
		work(bench.turns);
		pthread_mutex_unlock(&bench.mutex);
		bench.done[number].sections++;
		work(bench.turns);
	}
	bench.done[number].ended_ns = t_now_ns();
}

/* The more threads there are, the longer it takes until all have begun, and noticed the end. */
static void print(void)
{
	uint64_t least = UINT64_MAX, sum = 0, begun_ns = UINT64_MAX, ended_ns = 0;

	for (unsigned i = 0; i < bench.threads; i++) {
		const struct done *done = &bench.done[i];

		sum += done->sections;
		least = done->sections < least ? done->sections : least;
		begun_ns = done->begun_ns < begun_ns ? done->begun_ns : begun_ns;
		ended_ns = done->ended_ns > ended_ns ? done->ended_ns : ended_ns;
	}
	printf("%.0f %.3f\n", sum * 1e9 / (ended_ns - begun_ns), sum ? (double)least * bench.threads / sum : 0);
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
	if (argc != 4)
		return calibrate();
	bench.turns = atoi(argv[1]);
	bench.threads = atoi(argv[2]);
	bench.duration_ms = atoi(argv[3]);
	if (bench.threads < 1 || bench.threads > THREADS_LIMIT)
		return 2;
	t_run(bench.threads + 1, body, NULL);
	print();
	return 0;
}
