/* SPDX-License-Identifier: MIT
 *
 * Goal: errno is left alone by every call that succeeds or fails, and set by those that set it, first and later, free and
 * contended.
 */
#include "hazard/each_call.h"

static void *contend(void *argument)
{
	struct hazard_rival *rival = argument;

	for (int met = 0; met < 100;) {
		met += hazard_is_locked(&rival->mutex);
		HAZARD_GIVES(pthread_mutex_lock(&rival->mutex), 0);
		HAZARD_GIVES(pthread_mutex_unlock(&rival->mutex), 0);
	}
	return NULL;
}

int main(void)
{
	struct hazard_rival rival;
	pthread_t threads[3];

	hazard_limit(20);
	hazard_call_each();
	hazard_rival_start(&rival);
	hazard_call_each();
	for (int i = 0; i < 3; i++)
		threads[i] = hazard_start(contend, &rival);
	hazard_call_each();
	for (int i = 0; i < 3; i++)
		hazard_join(threads[i]);
	hazard_rival_stop(&rival);
	return 0;
}
