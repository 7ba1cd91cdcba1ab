/* SPDX-License-Identifier: MIT */
/* storm churn: short threads, so many at a time, each with a wait of every kind; all are made, all end. */
#include "stress.h"

static void *live_briefly(void *argument)
{
	certain_wait((uintptr_t)argument);
	return argument;
}

void storm_churn(const struct stress *stress)
{
	pthread_t *threads = calloc(stress->threads, sizeof(*threads));
	pthread_attr_t attributes;
	uintptr_t made;

	need(threads && !pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, 64 * 1024),
	     "memory");
	for (made = 0; !stress_is_over(stress); made++) {
		pthread_t *thread = &threads[made % stress->threads];

		need(made < stress->threads || unseen_join(*thread), "thread ended");
		need(!pthread_create(thread, &attributes, live_briefly, (void *)made), "thread %ju", (uintmax_t)made);
	}
	for (uintptr_t i = 0; i < stress->threads && i < made; i++)
		need(unseen_join(threads[i]), "thread ended");
	pthread_attr_destroy(&attributes);
	free(threads);
	stress_note("threads", made);
}
