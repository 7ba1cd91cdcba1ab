/* SPDX-License-Identifier: MIT
 * A plug-in that locks when it is loaded, used and unloaded.
 */
#include "hazard.h"

extern pthread_mutex_t dlopen_storm_mutex __attribute__((weak)); /* the program's, contended all the time */

static void use(void)
{
	pthread_mutex_lock(&dlopen_storm_mutex);
	pthread_mutex_unlock(&dlopen_storm_mutex);
}

__attribute__((constructor)) static void constructor(void)
{
	use();
}

__attribute__((destructor)) static void destructor(void)
{
	use();
}

int dlopen_storm_use(int rounds)
{
	for (int i = 0; i < rounds; i++)
		use();
	return rounds;
}
