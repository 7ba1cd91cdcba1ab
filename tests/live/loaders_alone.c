/* SPDX-License-Identifier: MIT */
/* A program that needs libc and nothing else, and asks by weak names, as libraries do, whether there are threads. Before glibc
 * 2.34 there are none; what it finds then must behave as if it were not there.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

extern __typeof__(pthread_once) __pthread_once __attribute__((weak));
extern __typeof__(pthread_mutex_lock) __pthread_mutex_lock __attribute__((weak));
extern __typeof__(pthread_mutex_unlock) __pthread_mutex_unlock __attribute__((weak));

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int onces;

static void count_once(void)
{
	onces++;
}

static void initialise(void)
{
	if (__pthread_once)
		__pthread_once(&once, count_once);
	else if (onces == 0)
		count_once();
}

int main(void)
{
	int first_errno = errno;
	int error = __pthread_mutex_lock ? __pthread_mutex_lock(&mutex) : 0;

	if (error == 0)
		error = __pthread_mutex_unlock ? __pthread_mutex_unlock(&mutex) : 0;
	initialise();
	initialise();
	printf("errno %d, error %d, initialised %d times\n", first_errno, error, onces);
	return 0;
}
