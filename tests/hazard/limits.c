/* SPDX-License-Identifier: MIT
 * leaves: one of its processes may not have the descriptor that removing a file could need
 *
 * Goal: with resources at their limits, from the start or from some moment on, a program that contends lives on as without us:
 * no descriptor, no more address space, files of no length, no further process, no locked memory, no queued signal.
 */
#include <sys/resource.h>

#include "hazard.h"

struct limit {
	const char *name;
	int resource;
	rlim_t at_start, later; /* the limit set before the program starts, and one set in mid-life */
};

static const struct limit limits[] = {
	{"descriptors", RLIMIT_NOFILE, 4, 0},
	{"file size", RLIMIT_FSIZE, 0, 0},
	{"address space", RLIMIT_AS, 200 << 20, 1 << 20},
	{"processes", RLIMIT_NPROC, 0, 0},
	{"locked memory", RLIMIT_MEMLOCK, 0, 0},
	{"queued signals", RLIMIT_SIGPENDING, 0, 0},
	{"core", RLIMIT_CORE, 0, 0},
	{"data", RLIMIT_DATA, 100 << 20, 1 << 20},
};

static struct hazard_rival rival;

static void *meet(void *argument)
{
	hazard_rival_meet(argument, 20);
	return NULL;
}

static void set_limit(const struct limit *limit, rlim_t value)
{
	struct rlimit both = {value, value};

	need(!setrlimit(limit->resource, &both), "limit of %s", limit->name);
}

/* Contends; with `change`, lowers the limit between two bouts. */
static void work(const struct limit *limit, bool change)
{
	pthread_t thread;

	hazard_rival_start(&rival);
	need(!pthread_create(&thread, NULL, meet, &rival), "thread");
	meet(&rival);
	hazard_join(thread);
	if (change)
		set_limit(limit, limit->later);
	meet(&rival);
	if (!pthread_create(&thread, NULL, meet, &rival)) /* may be refused, as without us */
		hazard_join(thread);
	if (hazard_is_preloaded()) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(20000);
	}
	meet(&rival);
	hazard_rival_stop(&rival);
}

int main(int argc, char **argv)
{
	int failed = 0, status;

	hazard_limit(20);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		bool later_here = argc > 1 && !strcmp(argv[1], limits[i].name);
		char name[64];
		pid_t pid;

		snprintf(name, sizeof(name), "start: %s", limits[i].name);
		if (argc > 1 && (later_here || !strcmp(argv[1], name))) {
			work(&limits[i], later_here);
			return 0;
		}
		if (argc > 1)
			continue;
		pid = fork();
		need(pid >= 0, "fork");
		if (!pid) {
			dup2(open("/dev/null", O_WRONLY),
			     2); /* a message that a profile could not be written is allowed */
			closefrom(3);
			set_limit(&limits[i], limits[i].at_start);
			execl("/proc/self/exe", "limits", name, (char *)NULL);
			_exit(99);
		}
		status = hazard_wait(pid);
		if (status)
			dprintf(2, "with the limit of %s from the start: %d\n", limits[i].name, status);
		failed += status != 0;
		pid = fork();
		need(pid >= 0, "fork");
		if (!pid) {
			dup2(open("/dev/null", O_WRONLY), 2);
			execl("/proc/self/exe", "limits", limits[i].name, (char *)NULL);
			_exit(99);
		}
		status = hazard_wait(pid);
		if (status)
			dprintf(2, "with the limit of %s from some moment on: %d\n", limits[i].name, status);
		failed += status != 0;
	}
	need(!failed, "%d ended otherwise than they should", failed);
	return 0;
}
