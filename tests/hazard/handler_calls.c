/* SPDX-License-Identifier: MIT
 *
 * Goal: the handlers of 10 kHz timers, on the thread's stack and on an alternate one, read, write, poll, post, send and
 * sleep while the threads themselves read, write, poll, lock and wait: whatever they interrupt, each call does its
 * work, the bytes come in order, restarts and EINTR are as without us, errno stays.
 */
#include <poll.h>
#include <semaphore.h>
#include <sys/socket.h>

#include "hazard.h"

enum {
	THREADS = 3,
	SECONDS = 3,
	PATIENCE = 1500, /* times 10 ms */
	STACK_BYTES = 65536,
};

/* What a thread's handler uses: its own, so that it gets back what it gave. */
static __thread struct own {
	int pipe[2], sockets[2];
	sem_t posted;
	int depth;
	unsigned char next; /* byte */
} own;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned long handled, worked, interrupted;
static _Atomic bool stop;

static void give_and_take(void)
{
	struct pollfd polled = {.fd = own.pipe[0], .events = POLLIN};
	struct timespec none = {0, 0};
	unsigned char byte = own.next++, got;

	need(write(own.pipe[1], &byte, 1) == 1, "written in a handler");
	need(poll(&polled, 1, -1) == 1 && polled.revents == POLLIN, "polled in a handler");
	need(read(own.pipe[0], &got, 1) == 1 && got == byte, "read in a handler");
	need(send(own.sockets[0], &byte, 1, MSG_NOSIGNAL) == 1, "sent in a handler");
	need(recv(own.sockets[1], &got, 1, 0) == 1 && got == byte, "received in a handler");
	need(read(own.pipe[0], &got, 1) == -1 && errno == EAGAIN, "nothing more there");
	need(!sem_post(&own.posted) && !sem_wait(&own.posted), "posted in a handler");
	need(!nanosleep(&none, NULL), "slept in a handler");
}

static void handler(int signal)
{
	int error = errno;

	(void)signal;
	if (own.depth++ == 0) {
		give_and_take();
		handled++;
	}
	own.depth--;
	errno = error;
}

/* A byte through a pipe and back, waited for in one way or another. The handlers restart what can be; poll is interrupted. */
static void work_once(int to[2], int back[2], unsigned long turn)
{
	struct pollfd polled = {.fd = back[0], .events = POLLIN};
	struct timespec soon = {0, 50000}, left;
	unsigned char byte = turn, got;

	need(write(to[1], &byte, 1) == 1, "written");
	if (turn % 2)
		while (poll(&polled, 1, -1) < 0) {
			need(errno == EINTR, "polled");
			interrupted++;
		}
	errno = 4711;
	need(read(back[0], &got, 1) == 1 && got == byte && errno == 4711, "byte %u came back as %u", byte, got);
	if (turn % 16 == 0 && nanosleep(&soon, &left)) {
		need(errno == EINTR, "slept");
		interrupted++;
	}
	need(!pthread_mutex_lock(&mutex), "locked");
	worked++;
	need(!pthread_mutex_unlock(&mutex), "unlocked");
}

struct echo {
	int to[2], back[2];
};

/* Signals are blocked in this one: it only reads and writes. */
static void *echo_main(void *argument)
{
	struct echo *echo = argument;
	char bytes[16];
	ssize_t got;

	while ((got = read(echo->to[0], bytes, sizeof(bytes))) > 0)
		need(write(echo->back[1], bytes, got) == got, "echoed");
	return NULL;
}

static pthread_t start_echo(struct echo *echo)
{
	sigset_t all, before;
	pthread_t thread;

	need(!pipe(echo->to) && !pipe(echo->back), "pipes");
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	thread = hazard_start(echo_main, echo);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return thread;
}

static void *worker(void *argument)
{
	stack_t stack = {.ss_sp = malloc(STACK_BYTES), .ss_size = STACK_BYTES};
	struct echo echo;
	pthread_t echoing = start_echo(&echo);
	timer_t timer;

	need(!pipe2(own.pipe, O_NONBLOCK) && !socketpair(AF_UNIX, SOCK_STREAM, 0, own.sockets), "handler's own");
	need(!sem_init(&own.posted, 0, 0) && !sigaltstack(&stack, NULL), "handler's own");
	timer = hazard_start_timer(100000);
	for (unsigned long turn = 0; !stop; turn++)
		work_once(echo.to, echo.back, turn);
	timer_delete(timer);
	close(echo.to[1]);
	hazard_join(echoing);
	return argument;
}

static bool is_enough(void)
{
	return handled > 300 && worked > 300 && interrupted > 10;
}

static void run(int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	pthread_t threads[THREADS];

	need(!sigaction(SIGUSR1, &action, NULL), "handler");
	stop = false;
	handled = worked = interrupted = 0;
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(worker, NULL);
	hazard_sleep_us(SECONDS * 1000000 / 2);
	/* A slow machine has little time left beside the handlers. */
	for (int i = 0; i < PATIENCE && !is_enough(); i++)
		hazard_sleep_us(10000);
	stop = true;
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	need(is_enough(), "handled %lu, worked %lu, interrupted %lu", handled, worked, interrupted);
}

int main(void)
{
	hazard_limit(40);
	run(SA_RESTART);
	run(SA_RESTART | SA_ONSTACK);
	return 0;
}
