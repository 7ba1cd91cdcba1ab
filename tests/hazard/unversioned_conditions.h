/* SPDX-License-Identifier: MIT */
/* unversioned_conditions: what the program and its library that is linked without libc know of each other. */
#ifndef CONTEND_TESTS_UNVERSIONED_CONDITIONS_H
#define CONTEND_TESTS_UNVERSIONED_CONDITIONS_H

#include <pthread.h>

struct unversioned {
	pthread_cond_t cond;
	int is_ready;
	void (*start)(void *(*body)(void *), void *argument); /* a thread */
	void (*join)(void);
};

/* Makes a condition, waits for it in vain, then for a thread; the result of the wait in vain. */
int unversioned_wait(struct unversioned *object);

#endif
