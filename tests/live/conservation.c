/* SPDX-License-Identifier: MIT */
/* Eight threads take three mutexes, two of them nested, with critical sections of several lengths. */
#include "known_waits.h"

enum {
	THREADS = 8,
	ROUNDS = 2000,
	LOCKS = 3,
};

static pthread_mutex_t locks[LOCKS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

OWN_FRAME static void short_section(void)
{
	pthread_mutex_lock(&locks[0]);
	t_spin_us(20);
	pthread_mutex_unlock(&locks[0]);
	NO_TAIL_CALL();
}

OWN_FRAME static void sleeping_section(void)
{
	pthread_mutex_lock(&locks[1]);
	t_sleep_ms(1);
	pthread_mutex_unlock(&locks[1]);
	NO_TAIL_CALL();
}

OWN_FRAME static void nested_sections(void)
{
	pthread_mutex_lock(&locks[2]);
	short_section();
	t_spin_us(30);
	pthread_mutex_unlock(&locks[2]);
	NO_TAIL_CALL();
}

static void body(unsigned number, void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < ROUNDS; i++) {
		short_section();
		if ((i + number) % 50 == 0)
			sleeping_section();
		nested_sections();
	}
}

int main(void)
{
	t_run(THREADS, body, NULL);
	return 0;
}
