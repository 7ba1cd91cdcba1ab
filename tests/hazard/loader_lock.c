/* SPDX-License-Identifier: MIT
 *
 * Goal: a thread that holds the loader's lock (in a dl_iterate_phdr callback) waits for a mutex whose holder, at that moment,
 * waits for and releases contended mutexes: whoever asks the loader anything while it records would deadlock. From new call
 * sites each time, for a cache of stacks must not hide it.
 */
#include <link.h>

#include "hazard.h"

static struct hazard_rival rival;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int step;

static int callback(struct dl_phdr_info *info, size_t bytes, void *argument)
{
	(void)info, (void)bytes, (void)argument;
	step = 2;
	pthread_mutex_lock(&mutex); /* its holder contends meanwhile */
	pthread_mutex_unlock(&mutex);
	return 1;
}

static void *iterate(void *argument)
{
	while (step != 1)
		hazard_sleep_us(20);
	dl_iterate_phdr(callback, NULL);
	return argument;
}

/* Each is a stack of its own. */
#define SITE(name, inner)                                                                                              \
	__attribute__((noinline)) static void name(int depth)                                                          \
	{                                                                                                              \
		char frame[depth * 16 + 16];                                                                           \
		__asm__ volatile("" ::"r"(frame) : "memory");                                                          \
		inner;                                                                                                 \
		__asm__ volatile("" ::"r"(frame) : "memory"); /* no tail call */                                       \
	}
SITE(site_0, hazard_rival_meet(&rival, 5))
SITE(site_1, site_0(depth))
SITE(site_2, site_1(depth))
SITE(site_3, site_2(depth))

int main(void)
{
	static void (*const sites[])(int) = {site_0, site_1, site_2, site_3};

	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int i = 0; i < 20; i++) {
		pthread_t iterator = hazard_start(iterate, NULL);

		pthread_mutex_lock(&mutex);
		step = 1;
		while (step != 2)
			hazard_sleep_us(20);
		sites[i % 4](i);
		pthread_mutex_unlock(&mutex);
		hazard_join(iterator);
		step = 0;
	}
	hazard_rival_stop(&rival);
	return 0;
}
