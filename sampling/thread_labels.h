/* SPDX-License-Identifier: MIT */
/* thread_labels: the labels that a thread has now; and its name.
 *
 * Called from   application threads through contend.h, guard held; samples ask for the set.
 * When full     a label that finds no room leaves the thread without any until it is popped: its samples go unlabelled, and are
 *               counted (LOSS_LABELS_FULL).
 */
#ifndef CONTEND_THREAD_LABELS_H
#define CONTEND_THREAD_LABELS_H

#include "thread.h"

/* One more; 0, -EINVAL (no key or no value), -ENOSPC. To be popped in each case. */
int thread_labels_push(struct thread *self, const char *key, const char *value);

/* Takes back the last push; -EINVAL if there is none. */
int thread_labels_pop(struct thread *self);

/* Shall threads that the calling one creates from now on begin with its labels, and do the same? What was so before. */
bool thread_labels_set_inherited(bool is_inherited);

/* In the creator, without a guard: what its new thread begins with. In that thread. */
uint32_t thread_labels_to_inherit(void);
void thread_labels_inherit(uint32_t set);

/* In a forked child, which has one thread: its labels go on. Before the region is the child's, and when it is. */
void thread_labels_leave_parent(void);
void thread_labels_go_on(void);

/* The set for samples of this thread, or of another one; 0: none. */
uint32_t thread_labels_of(const struct thread *thread);

/* A sample is kept: is it one without labels that it should have? */
void thread_labels_count_lost(const struct thread *self);

/* As contend.h says: cut to THREAD_NAME_BYTES - 1, NULL or "" for none. */
void thread_labels_set_name(struct thread *self, const char *name);

#endif
