/* SPDX-License-Identifier: MIT */
/* thread_list: the threads of one profiled process: what each of them does at this moment, and who holds up whom.
 *
 * Called from   the tool (threads, serve); the library does not have it. thread_list_write is the page that people read.
 * Sources       the thread records of the region; /proc/PID/task; the process's memory, for holders, names of locks and stacks.
 *               The last needs the right to trace the process; without, and of a dead process, the region alone is shown.
 * Disturbs      nobody: no signal, no stop, no trace.
 * Deadlocks     are certain: each thread of one was seen in the same wait before and after the holders were read, so none of them
 *               can have released anything meanwhile; who waits for itself, asleep after that. Waits with a time limit end by
 *               themselves, and are marked.
 * Memory        malloc.
 */
#ifndef CONTEND_THREAD_LIST_H
#define CONTEND_THREAD_LIST_H

#include <stdio.h>

#include "code_names.h"
#include "lock_owner.h"
#include "process_objects.h"
#include "process_tasks.h"
#include "tool_look.h"

#define THREAD_LIST_FRAMES 64

/* Times in ns; -1 or 0 where they are not known, as said. */
struct listed_thread {
	uint32_t tid; /* UINT32_MAX: libc did not tell it */
	char name[PROCESS_TASK_NAME_BYTES];
	char state;       /* as in struct process_task; 0: not known */
	bool is_ours;     /* the profiler's own helper */
	bool is_recorded; /* it has a record: it waited once since it is profiled */

	/* What it waits for. */
	bool is_waiting;
	uint32_t wait_depth; /* more than 1: in a signal handler that interrupted another wait */
	bool is_limited;     /* the call has a time limit */
	enum wait_kind kind;
	uint64_t object;      /* address; 0: none */
	bool gets_mutex_back; /* a wait for a condition that is over but for the mutex, which the rest here is about */
	int64_t waited_ns, since_wall_ns;
	char lock[128]; /* what it waits for, by name; "" where nothing is known */
	struct lock_owner owner;
	struct listed_thread *holder;              /* in this list; NULL: none, or not known */
	char holder_name[PROCESS_TASK_NAME_BYTES]; /* of the owner, also of one elsewhere; "" where not known */
	bool is_holder_gone;                       /* no thread has that number: it will never be released */
	uint64_t frames[THREAD_LIST_FRAMES];       /* as in frame.h, leaf first */
	unsigned depth;
	bool is_cut; /* there were more */

	bool is_asleep; /* in a system call that is no wait of ours: the stack begins there, if it could be read */

	/* Since it began, or since the earlier list that was subtracted; cpu and queue: -1 where the kernel does not tell. */
	int64_t wall_ns, cpu_ns, queue_ns;
	int64_t waited_by_kind_ns[WAIT_KIND_COUNT];

	uint32_t record_index, wait_sequence; /* to see whether it still waits */
	struct stack_limits stack;            /* 0, 0: not known */
	uint64_t start_ticks;
	struct process_task task;  /* all zero where the kernel lists no such thread */
	struct thread_wait wait;   /* as the record has it */
	enum wait_kind outer_kind; /* of the outermost wait, which is the one that counts, and since when */
	uint64_t outer_since_ticks;
	unsigned deadlock; /* number of the one that it is part of, from 1; 0: none */
	unsigned behind;   /* number of the one that it waits behind, without being part of it; 0: none */
};

/* Threads that wait in a circle. */
struct listed_deadlock {
	struct listed_thread **threads; /* each waits for what the next one holds, the last one for the first */
	size_t count;
	size_t behind; /* other threads that wait for these */
	bool is_limited;
};

struct thread_list {
	struct listed_thread *threads; /* in the order of their numbers */
	size_t count;
	struct listed_deadlock *deadlocks;
	size_t deadlock_count;
	bool is_alive;
	int tasks_error, memory_error; /* -errno: what the kernel did not let us see */
	int64_t taken_wall_ns;
	const struct tool_look *look; /* must outlive the list */
	struct process_memory memory;
	struct process_objects *objects; /* NULL: not alive, not allowed, or not wanted */
	bool has_names;
	struct code_names names; /* of the frames of all threads */
};

struct thread_list_order {
	bool has_names;             /* of locks and code, and stacks */
	struct source_lines *lines; /* with has_names; NULL: no files and lines */
};

/* 0 or -errno; -ESRCH: it lived when it was looked at, and has ended since. The look may be older: only what never changes is taken from it. */
int thread_list_take(const struct tool_look *look, const struct thread_list_order *order,
		     struct thread_list **out_list);

/* thread_list_free(NULL) does nothing. */
void thread_list_free(struct thread_list *list);

/* What is counted by `list` becomes what happened since `earlier`, of the same process. */
void thread_list_subtract(struct thread_list *list, const struct thread_list *earlier);

/* The threads as a page of text, deadlocks first, with stacks if wanted; as one line of JSON; the table of times. */
void thread_list_write(const struct thread_list *list, bool with_stacks, FILE *out);
void thread_list_write_json(const struct thread_list *list, FILE *out);
void thread_list_write_times(const struct thread_list *list, FILE *out);

#endif
