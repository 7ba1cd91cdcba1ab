/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: a thread costs little memory beside its own, however many there are: 64, then 1,000 threads at once, each with waits on
 * stacks of its own, of which no cache for each thread may be kept; and a dump gives back what it needed.
 */
#include "hazard.h"

enum {
	FEW = 64,
	MANY = 1000,
	DEPTHS = 8,
	THREAD_LIMIT_KB = 16, /* its own among them, of which there are 8 */
	DUMP_LIMIT_KB = 4096,
};

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned arrived; /* protected by mutex */
static bool may_end;     /* protected by mutex */

__attribute__((noinline)) static void wait_in_vain(unsigned depth)
{
	if (depth)
		wait_in_vain(depth - 1);
	else
		need(pthread_mutex_timedlock(&held, &(struct timespec){.tv_sec = 1}) == ETIMEDOUT, "it is held");
	__asm__ volatile("" ::: "memory"); /* no tail call */
}

static void *wait_at_depths(void *argument)
{
	for (unsigned depth = 0; depth < DEPTHS; depth++)
		wait_in_vain(depth);
	pthread_mutex_lock(&mutex);
	arrived++;
	pthread_cond_broadcast(&changed);
	while (!may_end)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return argument;
}

/* Starts threads until there are `count`, and waits until all have waited; the memory that is resident then. */
static long with_threads(pthread_t *threads, unsigned count)
{
	static unsigned made;
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (; made < count; made++) {
		error = pthread_create(&threads[made], &attributes, wait_at_depths, NULL);
		if (error == EAGAIN)
			hazard_skip("the machine does not allow 1000 threads");
		need(!error, "thread %u", made);
	}
	pthread_mutex_lock(&mutex);
	while (arrived < count)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
	return hazard_resident_kb();
}

int main(void)
{
	static pthread_t threads[MANY];
	long few_kb, many_kb, dumped_kb;

	hazard_limit(60);
	if (!hazard_is_preloaded())
		signal(SIGUSR2, SIG_IGN);
	pthread_mutex_lock(&held);
	few_kb = with_threads(threads, FEW);
	many_kb = with_threads(threads, MANY);
	need(many_kb - few_kb < (MANY - FEW) * THREAD_LIMIT_KB, "%ld KB more for %d threads more", many_kb - few_kb,
	     MANY - FEW);
	kill(getpid(), SIGUSR2);
	hazard_sleep_us(300000);
	dumped_kb = hazard_resident_kb();
	need(dumped_kb - many_kb < DUMP_LIMIT_KB, "%ld KB more after a dump", dumped_kb - many_kb);
	pthread_mutex_lock(&mutex);
	may_end = true;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&mutex);
	for (unsigned i = 0; i < MANY; i++)
		hazard_join(threads[i]);
	return 0;
}
