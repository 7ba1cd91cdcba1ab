/* SPDX-License-Identifier: MIT */
/* goroutines LIBRARY [SIGNAL]: has goroutines.go work, and meanwhile sends the signal to each of the process's threads, all the
 * time. Prints what came of the work, and on standard error how many signals were sent. */
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { GOROUTINES = 40, ROUNDS = 20 };

static atomic_bool is_over;
static int signal_number;

static unsigned long signal_all(void)
{
	DIR *tasks = opendir("/proc/self/task");
	unsigned long sent = 0;

	for (struct dirent *task; (task = readdir(tasks));)
		if (task->d_name[0] != '.')
			sent += syscall(SYS_tgkill, getpid(), atoi(task->d_name), signal_number) == 0;
	closedir(tasks);
	return sent;
}

static void *storm(void *unused)
{
	unsigned long sent = 0;

	while (!is_over) {
		if (signal_number)
			sent += signal_all();
		usleep(500);
	}
	fprintf(stderr, "%lu\n", sent);
	return unused;
}

int main(int argc, char **argv)
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	long (*work)(int goroutines, int rounds) = library ? (long (*)(int, int))dlsym(library, "Work") : NULL;
	pthread_t thread;

	signal_number = argc > 2 ? atoi(argv[2]) : 0;
	if (!work || pthread_create(&thread, NULL, storm, NULL))
		return 1;
	for (int i = 0; i < 2; i++)
		printf("worked %ld\n", work(GOROUTINES, ROUNDS));
	is_over = true;
	pthread_join(thread, NULL);
	return 9;
}
