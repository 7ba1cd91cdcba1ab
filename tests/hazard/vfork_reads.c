/* SPDX-License-Identifier: MIT
 *
 * Goal: vfork children, which run in their parent's memory, wait in read, poll, sleep and write to pipes before they
 * exec or _exit, while other threads wait too: the parent's waits, errno, locks and descriptors are whole after, as
 * often as it is done, and also when a signal kills the child in its wait.
 */
#include <poll.h>

#include "hazard.h"

enum { ROUNDS = 20 };

struct pipes {
	int to_child[2], from_child[2];
};

/* What the child does before its end: it waits until the other side has sent, and answers. */
static void wait_in_child(struct pipes *pipes)
{
	struct timespec soon = {0, 100000};
	struct pollfd polled = {.fd = pipes->to_child[0], .events = POLLIN};
	char byte;

	if (poll(&polled, 1, -1) != 1 || read(pipes->to_child[0], &byte, 1) != 1 || nanosleep(&soon, NULL))
		_exit(1);
	byte++;
	if (write(pipes->from_child[1], &byte, 1) != 1 || read(-1, &byte, 1) != -1)
		_exit(2);
}

enum ending { EXEC, FAILED_EXEC, EXIT, ENDINGS };

static int vfork_and_wait(struct pipes *pipes, enum ending ending)
{
	static char path[] = "/bin/true";
	char *const arguments[] = {path, NULL};
	pid_t pid = vfork();

	if (!pid) {
		wait_in_child(pipes);
		if (ending == EXEC)
			execv(path, arguments);
		if (ending == FAILED_EXEC)
			execv("/nonexistent", arguments);
		_exit(42);
	}
	need(pid > 0, "vfork");
	return hazard_wait(pid);
}

/* Sends to each child in its own time, and takes the answer. */
static void *send_bytes(void *argument)
{
	struct pipes *pipes = argument;
	char byte;

	for (int i = 0; i < ROUNDS * ENDINGS; i++) {
		hazard_sleep_us(300);
		byte = i % 100;
		need(write(pipes->to_child[1], &byte, 1) == 1, "sent");
		need(read(pipes->from_child[0], &byte, 1) == 1 && byte == i % 100 + 1, "answered");
	}
	return NULL;
}

/* The parent's own waits, in between. */
static void wait_in_parent(struct hazard_rival *rival, int ends[2])
{
	struct pollfd polled = {.fd = ends[0], .events = POLLIN};
	char byte = 'p';

	need(poll(&polled, 1, 1) == 0, "nothing there");
	need(write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'p', "a byte through a pipe");
	hazard_rival_meet(rival, 1);
}

static void *parent(void *argument)
{
	struct pipes pipes;
	pthread_t sender;
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC) && !pipe2(pipes.to_child, O_CLOEXEC) && !pipe2(pipes.from_child, O_CLOEXEC),
	     "pipes");
	sender = hazard_start(send_bytes, &pipes);
	for (int i = 0; i < ROUNDS * ENDINGS; i++) {
		int ending = i % ENDINGS;

		need(vfork_and_wait(&pipes, ending) == (ending == EXEC ? 0 : 42), "the child's end, by way %d", ending);
		wait_in_parent(argument, ends);
	}
	hazard_join(sender);
	return NULL;
}

static _Atomic pid_t doomed;

static void *kill_doomed(void *argument)
{
	while (!doomed)
		hazard_sleep_us(100);
	hazard_sleep_us(5000);
	need(!kill(doomed, SIGKILL), "killed");
	return argument;
}

/* A child that dies in its wait leaves that wait in the parent's memory. */
static void kill_in_wait(struct hazard_rival *rival)
{
	int ends[2];
	pthread_t killer;
	pid_t pid;
	char byte;

	doomed = 0;
	need(!pipe2(ends, O_CLOEXEC), "pipe");
	killer = hazard_start(kill_doomed, NULL);
	pid = vfork();
	if (!pid) {
		doomed = syscall(SYS_getpid);
		_exit(read(ends[0], &byte, 1) == 1);
	}
	need(hazard_wait(pid) == 128 + SIGKILL, "the child was killed in its wait");
	hazard_join(killer);
	wait_in_parent(rival, ends);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	struct hazard_rival rival;
	pthread_t other;

	hazard_limit(20);
	hazard_rival_start(&rival);
	other = hazard_start(parent, &rival);
	parent(&rival);
	hazard_join(other);
	for (int i = 0; i < 10; i++)
		kill_in_wait(&rival);
	hazard_rival_stop(&rival);
	return 0;
}
