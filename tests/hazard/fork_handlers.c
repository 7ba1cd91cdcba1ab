/* SPDX-License-Identifier: MIT
 *
 * Goal: a program whose own fork handlers lock, contend and even wait for a contending thread to end forks without a deadlock
 * with handlers of a preloaded library.
 */
#include "hazard.h"

static struct hazard_rival rival;
static pthread_mutex_t guarded = PTHREAD_MUTEX_INITIALIZER;

static void prepare(void)
{
	hazard_contend(2, 20); /* starts threads, and joins them */
	pthread_mutex_lock(&guarded);
	hazard_rival_meet(&rival, 2);
}

static void in_parent(void)
{
	hazard_rival_meet(&rival, 2);
	pthread_mutex_unlock(&guarded);
}

static void in_child(void)
{
	pthread_mutex_unlock(&guarded);
	hazard_contend(2, 20);
}

int main(void)
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	need(!pthread_atfork(prepare, in_parent, in_child), "handlers");
	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid) {
			alarm(10);
			hazard_contend(2, 20);
			exit(0);
		}
		need(hazard_wait(pid) == 0, "child %d", i);
	}
	hazard_rival_stop(&rival);
	return 0;
}
