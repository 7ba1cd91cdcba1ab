/* SPDX-License-Identifier: MIT */
/* apart WHAT THREADS ROUNDS: so many threads do something at once, each with an object of its own, ROUNDS times altogether. Prints ns of CPU
 * time per round. WHAT is
 *
 *   free      lock and unlock a mutex         read      read a byte of /dev/zero
 *   wait      wait for a mutex that the thread has itself, until a time that is past
 *   couple    lock and unlock a mutex that one other thread wants, too, with a little to do inside and outside
 *   line      increment a counter in a cache line that all write, and
 *   lines     the same in a line of its own: what shared lines cost on this machine
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

enum {
	THREADS_LIMIT = 512,
	APART_BYTES = 128, /* processors fetch lines by twos */
	COUPLE_TURNS = 200,
	WARM_ROUNDS = 50, /* of each thread, before it is timed */
};

static struct own {
	_Alignas(APART_BYTES) pthread_mutex_t mutex;
	_Atomic uint64_t count;
	uint64_t cpu_ns;
} owns[THREADS_LIMIT];

static struct {
	void (*act)(struct own *own);
	unsigned long rounds; /* of each */
	bool is_held;         /* the mutex, by its thread */
	bool by_couples;
	int zero;
	_Alignas(APART_BYTES) _Atomic uint64_t count;
} bench;

static void work(void)
{
	for (unsigned i = 0; i < COUPLE_TURNS; i++)
		__asm__ volatile("" ::: "memory");
}

static void act_free(struct own *own)
{
	pthread_mutex_lock(&own->mutex);
	pthread_mutex_unlock(&own->mutex);
}

static void act_read(struct own *own)
{
	char byte;

	(void)own;
	(void)!read(bench.zero, &byte, 1);
}

static void act_wait(struct own *own)
{
	const struct timespec before_all_time = {.tv_sec = -1};

	pthread_mutex_timedlock(&own->mutex, &before_all_time);
}

static void act_couple(struct own *own)
{
	pthread_mutex_lock(&own->mutex);
	work();
	pthread_mutex_unlock(&own->mutex);
	work();
}

static void act_line(struct own *own)
{
	(void)own;
	atomic_fetch_add_explicit(&bench.count, 1, memory_order_relaxed);
}

static void act_lines(struct own *own)
{
	atomic_fetch_add_explicit(&own->count, 1, memory_order_relaxed);
}

static void body(unsigned number, void *argument)
{
	struct own *own = &owns[number], *wanted = bench.by_couples ? &owns[number & ~1u] : own;
	uint64_t since_cpu_ns;

	(void)argument;
	if (bench.is_held)
		pthread_mutex_lock(&own->mutex);
	for (unsigned i = 0; i < WARM_ROUNDS; i++)
		bench.act(wanted);
	since_cpu_ns = t_cpu_ns();
	for (unsigned long i = 0; i < bench.rounds; i++)
		bench.act(wanted);
	own->cpu_ns = t_cpu_ns() - since_cpu_ns;
}

static bool choose(const char *what)
{
	static const struct {
		const char *name;
		void (*act)(struct own *own);
	} acts[] = {{"free", act_free},     {"read", act_read}, {"wait", act_wait},
		    {"couple", act_couple}, {"line", act_line}, {"lines", act_lines}};

	for (unsigned i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (!strcmp(what, acts[i].name))
			bench.act = acts[i].act;
	bench.is_held = bench.act == act_wait;
	bench.by_couples = bench.act == act_couple;
	return bench.act;
}

static double ns_per_round(unsigned threads)
{
	uint64_t cpu_ns = 0;

	for (unsigned i = 0; i < threads; i++)
		cpu_ns += owns[i].cpu_ns;
	return (double)cpu_ns / bench.rounds / threads;
}

int main(int argc, char **argv)
{
	unsigned threads = argc == 4 ? atoi(argv[2]) : 0;

	if (threads < 1 || threads > THREADS_LIMIT || !choose(argv[1]))
		return 2;
	bench.rounds = strtoul(argv[3], NULL, 10) / threads + 1;
	bench.zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	for (unsigned i = 0; i < threads; i++)
		pthread_mutex_init(&owns[i].mutex, NULL);
	t_run(threads, body, NULL);
	printf("%.2f\n", ns_per_round(threads));
	return 0;
}
