/* SPDX-License-Identifier: MIT */
/* process_tasks: the threads of a process, as the kernel knows them.
 *
 * Called from   the tool; the library does not have it.
 * Trust         the names are the threads' own: fit to be printed here. What cannot be read (a thread that ends meanwhile, a
 *               call that only those who may trace are told) is left out.
 * Memory        malloc.
 */
#ifndef CONTEND_PROCESS_TASKS_H
#define CONTEND_PROCESS_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_TASK_NAME_BYTES 64

struct process_task {
	pid_t tid;
	char name[PROCESS_TASK_NAME_BYTES]; /* valid UTF-8 without control characters */
	char state;                         /* 'R' runs, 'S' and 'D' sleep, ... */
	uint64_t start_ticks;               /* clock ticks after boot (sysconf) */
	int64_t cpu_ns, queue_ns;           /* that it ran; that it could have run and another one did. -1: not known */
	bool is_in_call;                    /* it sleeps in a system call, of which we were told: */
	long call;                          /* its number */
	uint64_t first_argument, sp, pc;
};

/* In the order of their numbers. 0 or -errno. */
int process_tasks_read(pid_t pid, struct process_task **out_tasks, size_t *out_count);

/* One of them; false if there is none. */
bool process_task_read(pid_t pid, pid_t tid, struct process_task *out_task);

/* The name of one thread of whatever process; false if there is none. */
bool process_task_read_name(pid_t tid, char out_name[PROCESS_TASK_NAME_BYTES]);

/* Replaces what must not go to terminals. */
void process_task_clean_name(char *name);

#endif
