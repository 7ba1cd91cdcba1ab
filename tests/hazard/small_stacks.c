/* SPDX-License-Identifier: MIT
 *
 * Goal: threads with the smallest stack that pthread_create accepts (16 KiB) can be made and can contend, wait and time out; one
 * that uses most of its stack before it locks too.
 */
#include "hazard/each_call.h"

enum { THREADS = 16 };

static struct hazard_rival rival;

/* Goes down until `left` bytes of the stack are left, then contends. */
__attribute__((noinline)) static void contend_at_depth(const char *low, long left)
{
	volatile char frame[256];

	frame[0] = 1;
	if ((const char *)frame - low > left) {
		contend_at_depth(low, left);
		frame[1] = 1; /* no tail call */
		return;
	}
	hazard_rival_meet(&rival, 3);
}

static void *thread_main(void *argument)
{
	hazard_call_each();
	hazard_rival_meet(&rival, 20);
	for (long left = 8192; left >= 3072; left -= 512)
		contend_at_depth(argument, left);
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	char *stacks;

	hazard_limit(20);
	hazard_rival_start(&rival);
	need(!posix_memalign((void **)&stacks, 4096, THREADS * PTHREAD_STACK_MIN), "stacks");
	pthread_attr_init(&attributes);
	for (int i = 0; i < THREADS; i++) {
		char *low = stacks + i * PTHREAD_STACK_MIN;

		need(!pthread_attr_setstack(&attributes, low, PTHREAD_STACK_MIN), "stack set");
		need(!pthread_create(&threads[i], &attributes, thread_main, low), "thread made");
	}
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	pthread_attr_init(&attributes);
	need(!pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN), "smallest size set");
	for (int i = 0; i < THREADS; i++) {
		need(!pthread_create(&threads[i], &attributes, hazard_rival_main, &(struct hazard_rival){.stop = 1}),
		     "made");
		hazard_join(threads[i]);
	}
	hazard_rival_stop(&rival);
	return 0;
}
