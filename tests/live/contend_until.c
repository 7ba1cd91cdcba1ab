/* SPDX-License-Identifier: MIT */
/* contend_until [THREADS]: threads contend for one mutex until standard input ends; prints "ready" once they do. */
#include <stdatomic.h>
#include <unistd.h>

#include "known_waits.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned contentions;
static _Atomic unsigned is_over;

OWN_FRAME static void critical_section(void)
{
	unsigned is_taken = mutex.__data.__lock != 0;

	pthread_mutex_lock(&mutex);
	atomic_fetch_add(&contentions, is_taken);
	t_spin_us(100);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static void read_until_end(void)
{
	char byte;
	ssize_t got;

	t_await(&contentions, 10);
	printf("ready\n");
	fflush(stdout);
	do
		got = read(STDIN_FILENO, &byte, 1);
	while (got == 1);
	if (got < 0)
		perror("read");
	atomic_store(&is_over, 1);
}

static void body(unsigned number, void *argument)
{
	(void)argument;
	if (!number) {
		read_until_end();
		return;
	}
	while (!atomic_load(&is_over))
		critical_section();
}

int main(int argc, char **argv)
{
	t_run(1 + (argc > 1 ? atoi(argv[1]) : 3), body, NULL);
	printf("over\n");
	return 7; /* a status that tests know again */
}
