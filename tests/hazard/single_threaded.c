/* SPDX-License-Identifier: MIT
 *
 * Goal: a program with one thread keeps having one, and libc's fast paths for such programs stay on: before, during and after
 * locks, waits and a child process.
 */
#include <dirent.h>
#include <sys/single_threaded.h>

#include "hazard.h"

static int count_tasks(void)
{
	DIR *directory = opendir("/proc/self/task");
	int count = 0;

	need(directory, "own tasks");
	for (struct dirent *entry; (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void check(const char *when)
{
	need(count_tasks() == 1, "%s: one thread, not %d", when, count_tasks());
	need(__libc_single_threaded, "%s: libc knows that there is one thread", when);
}

int main(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	struct timespec soon;
	pid_t pid;

	hazard_limit(20);
	check("at start");
	for (int i = 0; i < 20; i++) {
		soon = hazard_deadline(CLOCK_REALTIME, 2);
		pthread_mutex_lock(&mutex);
		need(pthread_cond_timedwait(&cond, &mutex, &soon) == ETIMEDOUT, "timed wait");
		need(pthread_mutex_timedlock(&mutex, &soon) == ETIMEDOUT, "timed lock");
		pthread_mutex_unlock(&mutex);
	}
	check("after waits");
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		check("in a child");
		exit(0);
	}
	need(hazard_wait(pid) == 0, "the child found the same");
	check("after a fork");
	if (hazard_is_preloaded()) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(10000);
		check("after a dump");
	}
	return 0;
}
