/* SPDX-License-Identifier: MIT
 * limit: 60
 * leaves: processes that are killed while they become another
 *
 * Goal: a process that becomes another again and again gets the dump signal all the time. Between exec and our constructor the
 * signal has its default action and may end it; from the constructor on it may not.
 */
#include <sys/mman.h>

#include "hazard.h"

enum {
	PROCESSES = 30,
	LINKS = 8,
	SHARED_FD = 100, /* where the next program finds the memory that tells where its process is */
	KILLED = 128 + SIGUSR2,
};

enum state { BECOMING, RUNNING, DONE };

static volatile int *map_state(void)
{
	void *memory = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, SHARED_FD, 0);

	need(memory != MAP_FAILED, "shared memory");
	return memory;
}

/* One link of a chain. */
static void run_link(int left)
{
	volatile int *state = map_state();
	char number[16];

	*state = RUNNING;
	hazard_contend(2, 3);
	if (left == 0) {
		*state = DONE;
		exit(0);
	}
	snprintf(number, sizeof(number), "%d", left - 1);
	*state = BECOMING;
	execl("/proc/self/exe", "exec_killed", number, (char *)NULL);
	need(false, "exec");
}

/* How a chain ended that was sent `signal` all the time; where it was then in *state. */
static int follow_chain(int signal, volatile int *state)
{
	int status;
	pid_t pid;

	*state = BECOMING;
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid)
		run_link(LINKS);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		kill(pid, signal);
		hazard_sleep_us(500 + (hazard_now_ns() >> 10) % 4096);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	int memory, signal = hazard_is_preloaded() ? SIGUSR2 : 0; /* bare it kills at any time */
	volatile int *state;

	hazard_limit(60);
	if (argc > 1)
		run_link(atoi(argv[1]));
	memory = memfd_create("state", 0);
	need(memory >= 0 && !ftruncate(memory, sizeof(int)) && dup2(memory, SHARED_FD) == SHARED_FD, "shared memory");
	state = map_state();
	for (int i = 0; i < PROCESSES; i++) {
		int status = follow_chain(signal, state);

		need(status == 0 || (status == KILLED && *state == BECOMING), "chain %d ended with %d in state %d", i,
		     status, *state);
	}
	return 0;
}
