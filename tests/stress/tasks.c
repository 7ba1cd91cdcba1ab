/* SPDX-License-Identifier: MIT */
#include <dirent.h>

#include "tasks.h"

enum { TASKS_LIMIT = 2048, ROUNDS_BEFORE_LOOKING = 32, BATCH_BYTES = 4096 };

struct tasks {
	unsigned count;
	pid_t tids[TASKS_LIMIT];
};

static void add_batch(struct tasks *tasks, const char *batch, long bytes)
{
	const struct dirent64 *entry;

	for (long at = 0; at < bytes; at += entry->d_reclen) {
		entry = (const struct dirent64 *)(batch + at);
		if (entry->d_name[0] != '.' && tasks->count < TASKS_LIMIT)
			tasks->tids[tasks->count++] = atoi(entry->d_name);
	}
}

static void look(struct tasks *tasks)
{
	char batch[BATCH_BYTES] __attribute__((aligned(8)));
	long fd = unseen_call(SYS_open, (long)"/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0);
	long bytes;

	need(fd >= 0, "the list of threads: %ld", fd);
	tasks->count = 0;
	while ((bytes = unseen_call(SYS_getdents64, fd, (long)batch, sizeof(batch), 0)) > 0)
		add_batch(tasks, batch, bytes);
	unseen_call(SYS_close, fd, 0, 0, 0);
}

static bool is_over(const struct tasks_pest *pest)
{
	return pest->stop || stress_is_over(pest->stress);
}

/* A thread that has ended meanwhile gets nothing. */
static void send_round(struct tasks_pest *pest, const struct tasks *tasks, struct stress_random *random)
{
	pid_t pid = getpid();

	for (unsigned i = 0; i < pest->at_once; i++) {
		pid_t tid = tasks->tids[stress_below(random, tasks->count)];

		pest->sent += unseen_call(SYS_tgkill, pid, tid, pest->signal, 0) == 0;
	}
	if (pest->at_once == 0)
		pest->sent += unseen_call(SYS_kill, pid, pest->signal, 0, 0) == 0;
}

static void *pester(void *argument)
{
	struct tasks_pest *pest = argument;
	struct stress_random random = stress_random(pest->stress, pest->signal);
	static __thread struct tasks tasks;

	for (unsigned round = 0; !is_over(pest); round++) {
		if (round % ROUNDS_BEFORE_LOOKING == 0)
			look(&tasks);
		send_round(pest, &tasks, &random);
		unseen_sleep_us(pest->pause_us);
	}
	return NULL;
}

void tasks_pest_start(struct tasks_pest *pest)
{
	pest->thread = hazard_start(pester, pest);
}

void tasks_pest_join(struct tasks_pest *pest)
{
	need(unseen_join(pest->thread), "who sends signals");
}
