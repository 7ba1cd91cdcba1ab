/* SPDX-License-Identifier: MIT */
/* futex_count: two threads contend for a mutex; prints its address, by which its futex calls are known to a tracer. */
#include "known_waits.h"

enum { ROUNDS = 1500 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

OWN_FRAME static void contended_section(void)
{
	pthread_mutex_lock(&mutex);
	t_spin_us(100);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static void body(unsigned number, void *argument)
{
	(void)number, (void)argument;
	for (int i = 0; i < ROUNDS; i++) {
		contended_section();
		t_spin_us(60);
	}
}

int main(void)
{
	printf("%p\n", (void *)&mutex);
	t_run(2, body, NULL);
	return 0;
}
