/* SPDX-License-Identifier: MIT
 * limit: 60
 * leaves: some of its processes are killed
 *
 * Goal: however a process ends, its status is what it is without us, with other threads contending at that moment; nothing hangs.
 */
#include <sys/resource.h>

#include "hazard.h"

static void *end_by_exit(void *argument)
{
	(void)argument;
	exit(5);
}

static void *end_last(void *argument)
{
	hazard_join(*(pthread_t *)argument);
	return NULL;
}

static void by_return(void)
{
}

static void by_exit(void)
{
	exit(5);
}

static void by_exit_in_thread(void)
{
	hazard_start(end_by_exit, NULL);
	for (;;)
		pause();
}

static void by__exit(void)
{
	_exit(6);
}

static void by_Exit(void)
{
	_Exit(7);
}

static void by_quick_exit(void)
{
	quick_exit(8);
}

static void by_exit_group(void)
{
	syscall(SYS_exit_group, 9);
}

static void by_abort(void)
{
	abort();
}

static void by_segfault(void)
{
	raise(SIGSEGV);
}

static void by_sigterm(void)
{
	raise(SIGTERM);
}

static void by_sigint(void)
{
	raise(SIGINT);
}

static void by_sigkill(void)
{
	raise(SIGKILL);
}

static void by_exec(void)
{
	execl("/bin/sh", "sh", "-c", "exit 10", (char *)NULL);
}

static void by_failed_exec(void)
{
	execl("/nonexistent", "nonexistent", (char *)NULL);
	hazard_contend(2, 50);
	exit(errno == ENOENT ? 11 : 1);
}

static void by_pthread_exit(void)
{
	static pthread_t self;

	self = pthread_self();
	hazard_start(end_last, &self);
	pthread_exit(NULL);
}

static const struct {
	const char *name;
	void (*end)(void);
	int status;
	bool alone; /* no other thread may run at the end */
} ways[] = {
	{"return", by_return, 0, false},
	{"exit", by_exit, 5, false},
	{"exit-in-thread", by_exit_in_thread, 5, false},
	{"_exit", by__exit, 6, false},
	{"_Exit", by_Exit, 7, false},
	{"quick_exit", by_quick_exit, 8, false},
	{"exit_group", by_exit_group, 9, false},
	{"abort", by_abort, 128 + SIGABRT, false},
	{"segfault", by_segfault, 128 + SIGSEGV, false},
	{"sigterm", by_sigterm, 128 + SIGTERM, false},
	{"sigint", by_sigint, 128 + SIGINT, false},
	{"sigkill", by_sigkill, 128 + SIGKILL, false},
	{"exec", by_exec, 10, false},
	{"failed-exec", by_failed_exec, 11, false},
	{"pthread_exit", by_pthread_exit, 0, true},
};

static void *contend(void *argument)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

	for (;;) {
		pthread_mutex_lock(&mutex);
		hazard_sleep_us(10);
		pthread_mutex_unlock(&mutex);
		if (argument)
			return NULL;
	}
}

static void run(size_t i, bool with_threads)
{
	if (with_threads && !ways[i].alone)
		for (int t = 0; t < 4; t++)
			hazard_start(contend, NULL);
	if (with_threads)
		hazard_contend(4, 100);
	ways[i].end();
}

int main(int argc, char **argv)
{
	int failed = 0;

	hazard_limit(argc > 1 ? 5 : 60);
	setlinebuf(stdout);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		char argument[64];
		int status;

		if (argc > 1 && strcmp(argv[1] + 1, ways[i].name))
			continue;
		if (argc > 1) {
			run(i, argv[1][0] == 't');
			return 0;
		}
		for (int threads = 0; threads < 2; threads++) {
			snprintf(argument, sizeof(argument), "%c%s", threads ? 't' : 's', ways[i].name);
			status = hazard_wait(hazard_spawn_self(argument));
			printf("%s %s: %d\n", ways[i].name, threads ? "with threads" : "alone", status);
			failed += status != ways[i].status;
		}
	}
	need(!failed, "%d ended otherwise than they should", failed);
	return 0;
}
