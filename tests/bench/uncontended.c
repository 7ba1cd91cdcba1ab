/* SPDX-License-Identifier: MIT */
/* uncontended single|threads PAIRS: locks and unlocks a mutex that nobody else wants, in a process with one thread or
 * with two; prints ns per pair. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static void *sleeper(void *argument)
{
	for (;;)
		t_sleep_ms(1000000);
	return argument;
}

int main(int argc, char **argv)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	unsigned long pairs = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
	uint64_t since_ns;
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "threads"))
		pthread_create(&thread, NULL, sleeper, NULL);
	since_ns = t_now_ns();
	for (unsigned long i = 0; i < pairs; i++) {
		pthread_mutex_lock(&mutex);
		pthread_mutex_unlock(&mutex);
	}
	printf("%.3f\n", (double)(t_now_ns() - since_ns) / pairs);
	return 0;
}
