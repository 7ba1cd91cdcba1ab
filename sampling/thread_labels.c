/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "labels.h"
#include "losses.h"
#include "thread_labels.h"

static void set_labels(struct thread *self, uint32_t set)
{
	thread_own.labels = set;
	__atomic_store_n(&self->labels, set, __ATOMIC_RELEASE);
}

static void set_lost(struct thread *self, uint32_t lost)
{
	self->labels_lost = thread_own.labels_lost = lost;
}

/* The label goes nowhere, and neither do those that are pushed on top of it. */
static int lose_label(struct thread *self, int error)
{
	set_lost(self, self->labels_lost + 1);
	return error;
}

int thread_labels_push(struct thread *self, const char *key, const char *value)
{
	uint32_t set;

	if (!key || !key[0] || !value)
		return lose_label(self, -EINVAL);
	set = self->labels_lost ? 0 : labels_add(self->labels, key, value);
	if (!set)
		return lose_label(self, -ENOSPC);
	set_labels(self, set);
	return 0;
}

int thread_labels_pop(struct thread *self)
{
	if (self->labels_lost)
		set_lost(self, self->labels_lost - 1);
	else if (self->labels)
		set_labels(self, labels_parent(self->labels));
	else
		return -EINVAL;
	return 0;
}

bool thread_labels_set_inherited(bool is_inherited)
{
	bool before = thread_own.labels_inherited;

	thread_own.labels_inherited = is_inherited;
	return before;
}

uint32_t thread_labels_to_inherit(void)
{
	return thread_own.labels_inherited && !thread_own.labels_lost ? thread_own.labels : 0;
}

/* In a forked child its parent's sets mean nothing. */
void thread_labels_inherit(uint32_t set)
{
	struct thread *self = labels_exist(set) ? thread_enter() : NULL;

	if (!self)
		return;
	set_labels(self, set);
	thread_own.labels_inherited = true;
	thread_leave(self);
}

void thread_labels_leave_parent(void)
{
	labels_keep(thread_own.labels);
}

void thread_labels_go_on(void)
{
	thread_own.labels = labels_kept();
}

uint32_t thread_labels_of(const struct thread *thread)
{
	return __atomic_load_n(&thread->labels_lost, __ATOMIC_RELAXED)
		       ? 0
		       : __atomic_load_n(&thread->labels, __ATOMIC_ACQUIRE);
}

void thread_labels_count_lost(const struct thread *self)
{
	if (self->labels_lost)
		losses_add(LOSS_LABELS_FULL);
}

void thread_labels_set_name(struct thread *self, const char *name)
{
	size_t bytes = name ? strnlen(name, sizeof(self->name) - 1) : 0;

	memset(self->name, 0, sizeof(self->name));
	if (bytes)
		memcpy(self->name, name, bytes);
}
