/* SPDX-License-Identifier: MIT */
/* storm killed: children that wait, alone or with threads, or as another program, until they are killed at random moments; their
 * regions stay. */
#include "stress.h"

enum {
	KILLS_LIMIT = 32, /* of each thread: what is left takes up memory until it is collected */
	LIFE_LIMIT_US = 30000,
};

static void *wait_for_ever(void *seed)
{
	for (uintptr_t choice = (uintptr_t)seed;; choice++)
		certain_wait(choice);
	return NULL;
}

__attribute__((noreturn)) static void be_victim(unsigned threads)
{
	for (uintptr_t i = 0; i < threads; i++)
		hazard_start(wait_for_ever, (void *)i);
	wait_for_ever(NULL);
	_exit(1);
}

/* `kind` 0: waits alone; 1: with threads; 2: as another program; 3: by a call that libc does not see. */
static pid_t start_victim(unsigned kind)
{
	pid_t pid = kind == 3 ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) : fork();

	if (pid)
		return pid;
	if (kind == 2)
		execl(stress_program, stress_program, "child", "killed", NULL);
	be_victim(kind == 1 ? 2 : 0);
}

static void *kill_victims(void *argument)
{
	struct stress_worker *worker = argument;
	uint64_t killed;

	for (killed = 0; killed < KILLS_LIMIT && !stress_is_over(worker->stress); killed++) {
		pid_t pid = start_victim(stress_below(&worker->random, 4));
		int status;

		need(pid > 0, "victim");
		unseen_sleep_us(stress_below(&worker->random, LIFE_LIMIT_US));
		need(!kill(pid, SIGKILL), "killed");
		status = unseen_wait(pid);
		need(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "victim %d ended with %#x", pid, status);
	}
	stress_note("killed", killed);
	return NULL;
}

void storm_killed(const struct stress *stress)
{
	stress_run(stress, stress->threads, kill_victims, NULL);
}

int child_killed(int argc, char **argv)
{
	(void)argc, (void)argv;
	be_victim(1);
}
