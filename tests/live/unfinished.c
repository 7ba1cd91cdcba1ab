/* SPDX-License-Identifier: MIT */
/* unfinished: threads that wait all the time, each for something else, and one that now and then waits a little. Prints "ready" when all
 * wait; ends when its standard input does, with the threads still waiting.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER, never = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static _Atomic unsigned begun;
static int sockets[2];

static void *wait_for_lock(void *unused)
{
	atomic_fetch_add(&begun, 1);
	pthread_mutex_lock(&held);
	return unused;
}

static void *wait_for_condition(void *unused)
{
	pthread_mutex_lock(&never);
	atomic_fetch_add(&begun, 1);
	for (;;)
		pthread_cond_wait(&condition, &never);
	return unused;
}

static void *wait_for_socket(void *unused)
{
	char byte;

	atomic_fetch_add(&begun, 1);
	if (recv(sockets[0], &byte, 1, 0) < 0)
		perror("recv");
	return unused;
}

static void *wait_often(void *unused)
{
	atomic_fetch_add(&begun, 1);
	for (;;)
		usleep(2000);
	return unused;
}

int main(void)
{
	void *(*const bodies[])(void *) = {wait_for_lock, wait_for_condition, wait_for_socket, wait_often};
	pthread_t thread;
	char byte;

	pthread_mutex_lock(&held);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
		return 1;
	for (unsigned i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		pthread_create(&thread, NULL, bodies[i], NULL);
	t_await(&begun, sizeof(bodies) / sizeof(bodies[0]));
	t_sleep_ms(20);
	puts("ready");
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) != 0;
}
