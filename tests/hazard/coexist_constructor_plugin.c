/* SPDX-License-Identifier: MIT
 * A preload that locks, contends and waits in its constructor and destructor.
 */
#include "hazard.h"

__attribute__((constructor)) static void constructor(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	need(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex), "lock in another preload's constructor");
	hazard_contend(2, 50);
	setenv("HAZARD_CONSTRUCTED", "1", 1);
}

__attribute__((destructor)) static void destructor(void)
{
	hazard_contend(2, 50);
}
