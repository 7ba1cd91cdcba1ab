/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: a process with 64 contending threads forks, by fork, _Fork and the kernel's fork and clone; children wait, contend with threads of
 * their own where that is allowed, fork again, and end in every usual way; none hangs.
 */
#include "hazard/each_call.h"

enum {
	THREADS = 64,
	FORKS = 40, /* of each kind */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int stop;

static void *contend(void *argument)
{
	while (!stop) {
		pthread_mutex_lock(&mutex);
		if (hazard_now_ns() % 8 == 0)
			hazard_sleep_us(20);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void child_of_fork(int round)
{
	pid_t pid;

	alarm(20);
	hazard_call_each();
	hazard_contend(3, 30);
	if (round % 4 == 0) {
		pid = fork();
		need(pid >= 0, "fork of a fork");
		if (!pid) {
			hazard_contend(2, 20);
			_exit(0);
		}
		need(hazard_wait(pid) == 0, "the grandchild ended well");
	}
	if (round % 2)
		exit(0);
	_exit(0);
}

/* libc's own locks may be taken in these: nothing but ours is used. */
static void child_of_raw_fork(void)
{
	alarm(20);
	hazard_call_each();
	_exit(0);
}

int main(void)
{
	pthread_t threads[THREADS];
	pid_t pids[4];

	hazard_limit(60);
	for (int i = 0; i < THREADS; i++)
		threads[i] = hazard_start(contend, NULL);
	for (int round = 0; round < FORKS; round++) {
		pids[0] = fork();
		need(pids[0] >= 0, "fork");
		if (!pids[0])
			child_of_fork(round);
		pids[1] = _Fork();
		need(pids[1] >= 0, "_Fork");
		if (!pids[1])
			child_of_raw_fork();
		pids[2] = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
		need(pids[2] >= 0, "clone");
		if (!pids[2])
			child_of_raw_fork();
		pids[3] = syscall(RAW_FORK);
		need(pids[3] >= 0, "fork of the kernel");
		if (!pids[3])
			child_of_raw_fork();
		for (int i = 0; i < 4; i++)
			need(hazard_wait(pids[i]) == 0, "child of kind %d ended well in round %d", i, round);
	}
	stop = 1;
	for (int i = 0; i < THREADS; i++)
		hazard_join(threads[i]);
	return 0;
}
