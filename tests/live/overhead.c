/* SPDX-License-Identifier: MIT */
/* overhead SECONDS: four threads contend for one mutex as fast as they can, and the program prints how much CPU time it used, ns. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, WORK = 4000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_over;

/* A few us. */
static void work(void)
{
	for (volatile int i = 0; i < WORK; i++)
		;
}

/* What follows the last call keeps it from becoming a jump. */
static __attribute__((noinline)) void critical_section(void)
{
	pthread_mutex_lock(&mutex);
	work();
	pthread_mutex_unlock(&mutex);
	__asm__ volatile("");
}

static void *contend(void *unused)
{
	while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
		critical_section();
		work();
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	struct timespec used;

	if (argc != 2)
		return 2;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, contend, NULL);
	sleep((unsigned)atoi(argv[1]));
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("%lld\n", used.tv_sec * 1000000000LL + used.tv_nsec);
	return 0;
}
