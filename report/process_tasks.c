/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "process_tasks.h"
#include "utf8.h"

enum { TEXT_BYTES = 1024 };

/* False if it cannot be read. */
static bool read_text(int directory, const char *task, const char *name, char out_text[TEXT_BYTES])
{
	char path[64];
	ssize_t bytes;
	int descriptor;

	snprintf(path, sizeof(path), "%s/%s", task, name);
	descriptor = openat(directory, path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return false;
	bytes = read(descriptor, out_text, TEXT_BYTES - 1);
	close(descriptor);
	out_text[bytes > 0 ? bytes : 0] = '\0';
	return bytes > 0;
}

void process_task_clean_name(char *name)
{
	utf8_repair(name);
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			*name = '?';
}

static void copy_name(const char *text, char out_name[PROCESS_TASK_NAME_BYTES])
{
	snprintf(out_name, PROCESS_TASK_NAME_BYTES, "%.*s", (int)strcspn(text, "\n"), text);
	process_task_clean_name(out_name);
}

/* "NUMBER 0xARGUMENT ... 0xSP 0xPC", "-1 0xSP 0xPC" where it is no system call that it sleeps in, or "running". */
static void parse_call(const char *text, struct process_task *task)
{
	uint64_t sp, pc, argument;

	if (sscanf(text, "%ld %" SCNx64 " %*x %*x %*x %*x %*x %" SCNx64 " %" SCNx64, &task->call, &argument, &sp,
		   &pc) != 4 ||
	    task->call < 0)
		return;
	task->is_in_call = true;
	task->first_argument = argument;
	task->sp = sp;
	task->pc = pc;
}

static bool read_task(int directory, const char *entry, struct process_task *out_task)
{
	struct process_task task = {.tid = atoi(entry), .cpu_ns = -1, .queue_ns = -1};
	struct process_stat stat;
	char text[TEXT_BYTES];

	if (!read_text(directory, entry, "stat", text) || !process_stat_parse(text, &stat))
		return false;
	task.state = stat.state;
	task.start_ticks = stat.start_ticks;
	if (read_text(directory, entry, "comm", text))
		copy_name(text, task.name);
	if (read_text(directory, entry, "schedstat", text))
		sscanf(text, "%" SCNd64 " %" SCNd64, &task.cpu_ns, &task.queue_ns);
	if (read_text(directory, entry, "syscall", text))
		parse_call(text, &task);
	*out_task = task;
	return true;
}

bool process_task_read(pid_t pid, pid_t tid, struct process_task *out_task)
{
	char path[48];
	int directory;
	bool is_read;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return false;
	snprintf(path, sizeof(path), "%d", tid);
	is_read = read_task(directory, path, out_task);
	close(directory);
	return is_read;
}

static int compare_tasks(const void *a, const void *b)
{
	const struct process_task *left = a, *right = b;

	return (left->tid > right->tid) - (left->tid < right->tid);
}

struct tasks {
	struct process_task *items;
	size_t count, room;
};

static int add_task(struct tasks *tasks, int directory, const char *entry)
{
	if (tasks->count == tasks->room) {
		size_t room = tasks->room ? 2 * tasks->room : 64;
		struct process_task *items = realloc(tasks->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		tasks->items = items;
		tasks->room = room;
	}
	tasks->count += read_task(directory, entry, &tasks->items[tasks->count]);
	return 0;
}

int process_tasks_read(pid_t pid, struct process_task **out_tasks, size_t *out_count)
{
	struct tasks tasks = {0};
	const struct dirent *entry;
	char path[32];
	DIR *stream;
	int error = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	stream = opendir(path);
	if (!stream)
		return -errno;
	while (!error && (entry = readdir(stream)))
		if (entry->d_name[0] != '.')
			error = add_task(&tasks, dirfd(stream), entry->d_name);
	closedir(stream);
	if (error) {
		free(tasks.items);
		return error;
	}
	if (tasks.count)
		qsort(tasks.items, tasks.count, sizeof(*tasks.items), compare_tasks);
	*out_tasks = tasks.items;
	*out_count = tasks.count;
	return 0;
}

bool process_task_read_name(pid_t tid, char out_name[PROCESS_TASK_NAME_BYTES])
{
	char task[32], text[TEXT_BYTES];

	snprintf(task, sizeof(task), "/proc/%d", tid);
	if (!read_text(AT_FDCWD, task, "comm", text))
		return false;
	copy_name(text, out_name);
	return true;
}
