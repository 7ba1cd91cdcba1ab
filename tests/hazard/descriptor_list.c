/* SPDX-License-Identifier: MIT
 *
 * Goal: the list of open descriptors and what they are is the same as without us: at start, after contention, in a new thread,
 * in a child, after a dump. Printed; the runner compares it with a bare run.
 */
#include <dirent.h>

#include "hazard.h"

static void list(const char *when)
{
	DIR *directory = opendir("/proc/self/fd");
	char path[64], target[256];
	ssize_t bytes;

	need(directory, "own descriptors");
	printf("%s:", when);
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%.16s", entry->d_name);
		bytes = readlink(path, target, sizeof(target) - 1);
		target[bytes > 0 ? bytes : 0] = 0;
		/* Standard output and error are files of the run: named by number only. */
		printf(" %s%s%s", entry->d_name, atoi(entry->d_name) > 2 ? "=" : "",
		       atoi(entry->d_name) > 2 ? target : "");
	}
	printf("; the directory itself is %d\n", dirfd(directory));
	closedir(directory);
	fflush(stdout);
}

static void *list_in_thread(void *argument)
{
	list("in a thread");
	return argument;
}

int main(void)
{
	pid_t pid;

	hazard_limit(20);
	list("at start");
	hazard_contend(4, 200);
	list("after contention");
	hazard_join(hazard_start(list_in_thread, NULL));
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		list("in a child");
		hazard_contend(2, 50);
		list("in a child, later");
		exit(0);
	}
	need(hazard_wait(pid) == 0, "child");
	if (hazard_is_preloaded()) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(50000);
	}
	list("after a dump");
	return 0;
}
