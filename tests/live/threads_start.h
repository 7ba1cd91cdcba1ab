/* SPDX-License-Identifier: MIT */
/* threads_start: a thread with a name. */
#ifndef CONTEND_TESTS_THREADS_START_H
#define CONTEND_TESTS_THREADS_START_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "known_waits.h"

enum { STACK_BYTES = 64 * 1024 };

static inline pthread_t start(const char *name, void *(*body)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	if (pthread_create(&thread, &attributes, body, argument)) {
		printf("no thread\n");
		exit(1);
	}
	pthread_setname_np(thread, name);
	return thread;
}

#endif
