/* SPDX-License-Identifier: MIT */
/* thread_list_parts: what the files of thread_list share, and others that show threads. */
#ifndef CONTEND_THREAD_LIST_PARTS_H
#define CONTEND_THREAD_LIST_PARTS_H

#include "thread_list.h"

/* The thread of that number, or NULL. */
struct listed_thread *thread_list_find(const struct thread_list *list, uint32_t tid);

/* Asks the objects that threads wait for who holds them. */
void thread_list_find_holders(struct thread_list *list);

/* Stacks, names of their code and of what is waited for. 0 or -ENOMEM. */
int thread_list_name(struct thread_list *list, struct source_lines *lines);

/* What is known of what a thread waits for, with a frame of the list's modules. */
struct snapshot_lock thread_list_lock(const struct thread_list *list, const struct listed_thread *thread);

/* Names what a thread waits for, with the text of that. */
void thread_list_name_lock(const struct thread_list *list, struct listed_thread *thread, enum lock_known_by known_by,
			   const char *text);

/* The function that was compiled and that a frame lies in; "" if names are not wanted. */
struct code_name thread_list_function(const struct thread_list *list, uint64_t frame);

/* What a wait of that kind is called, and whether threads that have nothing to do wait so. */
const char *thread_list_kind_name(enum wait_kind kind);
bool thread_list_kind_is_idle(enum wait_kind kind);

/* "12.3s", "4m05s", ...; "-" for less than nothing. */
struct time_text {
	char text[24];
};

struct time_text thread_list_time(int64_t ns);

/* One line each of what could not be seen, and what helps; how many, up to THREAD_LIST_NOTES. */
enum { THREAD_LIST_NOTES = 5 };
unsigned thread_list_notes(const struct thread_list *list, const char *out_notes[THREAD_LIST_NOTES]);

/* How long it was neither on a CPU nor ready to be. */
int64_t thread_list_blocked_ns(const struct listed_thread *thread);

/* What it waits for, who holds that, and what else there is to say of it: "" where nothing is. */
enum { THREAD_LIST_LINE_BYTES = 512 };
void thread_list_describe(const struct thread_list *list, const struct listed_thread *thread,
			  char out_line[THREAD_LIST_LINE_BYTES]);

/* The parts of the page. */
const char *thread_list_tid_text(uint32_t tid, char out_text[16]);
const char *thread_list_state_name(const struct listed_thread *thread);
void thread_list_write_frames(const struct thread_list *list, const struct listed_thread *thread, FILE *out);

/* All stacks but those of threads in deadlocks, each once. `order`: as many as there are threads; is changed. */
void thread_list_write_stacks(const struct thread_list *list, struct listed_thread **order, FILE *out);

/* For qsort of pointers to threads. */
int thread_list_compare_importance(const void *a, const void *b);

#endif
