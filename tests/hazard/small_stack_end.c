/* SPDX-License-Identifier: MIT
 *
 * Goal: a thread with the smallest stack that pthread_create accepts (16 KiB) may end the process, while others wait.
 */
#include <unistd.h>

#include "hazard/hazard.h"

enum { WAITERS = 4, LONG_US = 100000 };

static int empty[2];

static void *wait_for_ever(void *unused)
{
	char byte;

	need(read(empty[0], &byte, 1) < 0, "nothing to read");
	return unused;
}

static void *end_process(void *unused)
{
	usleep(LONG_US);
	exit(0);
	return unused;
}

int main(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	need(pipe(empty) == 0, "pipe");
	for (int i = 0; i < WAITERS; i++)
		hazard_start(wait_for_ever, NULL);
	need(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) &&
		     !pthread_create(&thread, &attributes, end_process, NULL),
	     "a thread with a small stack");
	for (;;)
		pause();
}
