/* SPDX-License-Identifier: MIT */
/* single_blocked lock|read: a process that never has a second thread. It waits for a mutex that it shares with its
 * child five times, then blocks: in a sixth wait for that mutex, or in read. Prints "blocked" just before; ends when
 * its standard input does. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "known_waits.h"

enum {
	WAITS = 5,
	HOLD_MS = 20,
};

struct shared {
	pthread_mutex_t mutex;
	_Atomic unsigned held;     /* how often the child has had it */
	_Atomic unsigned released; /* how often the parent got it afterwards */
};

static struct shared *shared;

static void read_until_end(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	if (errno)
		perror("read");
}

/* The child: holds the mutex for a while, five times; then, if the parent is to block in it, until the input ends. */
static void hold_for_parent(bool is_to_block)
{
	for (unsigned i = 1; i <= WAITS; i++) {
		pthread_mutex_lock(&shared->mutex);
		atomic_store(&shared->held, i);
		t_sleep_ms(HOLD_MS);
		pthread_mutex_unlock(&shared->mutex);
		t_await(&shared->released, i);
	}
	if (is_to_block) {
		pthread_mutex_lock(&shared->mutex);
		atomic_store(&shared->held, WAITS + 1);
		read_until_end();
		pthread_mutex_unlock(&shared->mutex);
	}
	_exit(0);
}

OWN_FRAME static void wait_for_child(unsigned turn)
{
	t_await(&shared->held, turn);
	pthread_mutex_lock(&shared->mutex);
	pthread_mutex_unlock(&shared->mutex);
	atomic_store(&shared->released, turn);
	NO_TAIL_CALL();
}

int main(int argc, char **argv)
{
	bool is_to_block = argc > 1 && !strcmp(argv[1], "lock");
	pthread_mutexattr_t attributes;
	pid_t child;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attributes);
	child = fork();
	if (!child)
		hold_for_parent(is_to_block);
	for (unsigned i = 1; i <= WAITS; i++)
		wait_for_child(i);
	printf("blocked\n");
	fflush(stdout);
	errno = 0;
	if (is_to_block)
		wait_for_child(WAITS + 1);
	else
		read_until_end();
	waitpid(child, NULL, 0);
	return 0;
}
