/* SPDX-License-Identifier: MIT */
/* dump DIRECTORY DUMPS STACKS: waits and releases on so many stacks, half of them waits, then asks for dumps by SIGUSR2 while
 * a thread locks and unlocks a mutex of its own; prints for each dump how many ms passed until both its files were in
 * DIRECTORY, and the longest pause in us that the busy thread saw in a time before, and while it was written. Without the
 * library: nothing is asked for, the pauses of 50 ms are printed. */
#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "paths.h"

enum {
	THREADS = 16,
	LEAST_MS = 50, /* of a measured time */
	DUMP_LIMIT_MS = 10000,
};

static struct {
	pthread_mutex_t mutex;       /* the busy thread's own */
	_Atomic uint64_t longest_ns; /* pause since it was last taken */
	_Atomic unsigned is_over;
} bench = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void contend(unsigned number, void *paths)
{
	paths_walk(number, THREADS, *(unsigned *)paths);
}

static void *be_busy(void *argument)
{
	uint64_t before_ns = t_now_ns();

	while (!atomic_load_explicit(&bench.is_over, memory_order_relaxed)) {
		uint64_t now_ns;

		pthread_mutex_lock(&bench.mutex);
		pthread_mutex_unlock(&bench.mutex);
		now_ns = t_now_ns();
		if (now_ns - before_ns > atomic_load_explicit(&bench.longest_ns, memory_order_relaxed))
			atomic_store_explicit(&bench.longest_ns, now_ns - before_ns, memory_order_relaxed);
		before_ns = now_ns;
	}
	return argument;
}

static unsigned count_profiles(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	unsigned count = 0;

	while (entries && (entry = readdir(entries)))
		count += strstr(entry->d_name, ".pb.gz") && entry->d_name[strlen(entry->d_name) - 1] == 'z';
	if (entries)
		closedir(entries);
	return count;
}

/* Asks for a dump; ms until it is there, -1 if it never was. */
static double dump_ms(const char *directory)
{
	unsigned expected = count_profiles(directory) + 2;
	uint64_t since_ns = t_now_ns();

	kill(getpid(), SIGUSR2);
	while (count_profiles(directory) < expected) {
		if (t_now_ns() - since_ns > DUMP_LIMIT_MS * UINT64_C(1000000))
			return -1;
		usleep(100);
	}
	return (t_now_ns() - since_ns) / 1e6;
}

static double longest_us(void)
{
	return atomic_exchange(&bench.longest_ns, 0) / 1e3;
}

static void measure(const char *directory, bool is_profiled)
{
	double before_us, during_us, took_ms = 0;

	longest_us();
	t_sleep_ms(LEAST_MS);
	before_us = longest_us();
	if (is_profiled)
		took_ms = dump_ms(directory);
	else
		t_sleep_ms(LEAST_MS);
	during_us = longest_us();
	printf("%.2f %.1f %.1f\n", took_ms, before_us, during_us);
}

int main(int argc, char **argv)
{
	bool is_profiled = getenv("LD_PRELOAD");
	pthread_t busy;
	unsigned paths;

	if (argc != 4)
		return 2;
	paths = atoi(argv[3]) / 2;
	paths_begin(paths);
	t_run(THREADS, contend, &paths);
	pthread_create(&busy, NULL, be_busy, NULL);
	for (int i = atoi(argv[2]); i; i--)
		measure(argv[1], is_profiled);
	atomic_store(&bench.is_over, 1);
	pthread_join(busy, NULL);
	return 0;
}
