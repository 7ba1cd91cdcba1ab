/* SPDX-License-Identifier: MIT */
/* The entry points behind contend.h: exported, their names and types fixed for ever. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "lock_names.h"
#include "record.h"
#include "region.h"
#include "thread_labels.h"

#define ENTRY __attribute__((visibility("default")))

ENTRY int contend_v1_is_active(void);
ENTRY int contend_v1_set_mutex_fraction(int fraction);
ENTRY int64_t contend_v1_set_block_rate(int64_t rate_ns);
ENTRY int contend_v1_dump(const char *prefix);
ENTRY int contend_v1_reset(void);
ENTRY int contend_v1_name_lock(const volatile void *lock, const char *name);
ENTRY int contend_v1_label_push(const char *key, const char *value);
ENTRY int contend_v1_label_pop(void);
ENTRY int contend_v1_labels_inherit(int is_inherited);
ENTRY int contend_v1_name_thread(const char *name);

/* A forked child that nobody has seen being made is noticed when it enters: what we have is its parent's until then. */
static bool has_region(void)
{
	struct thread *self = region_mine() ? thread_enter() : NULL;

	if (self)
		thread_leave(self);
	return region_mine();
}

static bool can_record(void)
{
	return has_region() && !record_is_stopped();
}

int contend_v1_is_active(void)
{
	return can_record();
}

int contend_v1_set_mutex_fraction(int fraction)
{
	return can_record() ? record_set_fraction(fraction) : 0;
}

int64_t contend_v1_set_block_rate(int64_t rate_ns)
{
	return can_record() ? record_set_block_rate_ns(rate_ns) : 0;
}

int contend_v1_dump(const char *prefix)
{
	int saved_errno = errno;
	int error = -ENOSYS;

	if (prefix && !prefix[0])
		error = -EINVAL;
	else if (has_region())
		error = control_dump(prefix);
	errno = saved_errno;
	return error;
}

int contend_v1_reset(void)
{
	int saved_errno = errno;
	int error = has_region() ? control_between_dumps(region_reset) : -ENOSYS;

	errno = saved_errno;
	return error;
}

int contend_v1_name_lock(const volatile void *lock, const char *name)
{
	if (!has_region())
		return -ENOSYS;
	if (!lock)
		return -EINVAL;
	return lock_names_give((const void *)lock, name ? name : "") ? 0 : -ENOSPC;
}

/* NULL: it has no record of its own (there is no room, or its last destructors run), or nothing is recorded at all. */
static struct thread *enter_labelled(void)
{
	return region_mine() ? thread_enter() : NULL;
}

int contend_v1_label_push(const char *key, const char *value)
{
	struct thread *self = enter_labelled();
	int error = -ENOSPC;

	if (!self)
		return error;
	error = thread_labels_push(self, key, value);
	thread_leave(self);
	return error;
}

int contend_v1_label_pop(void)
{
	struct thread *self = enter_labelled();
	int error = -EINVAL;

	if (!self)
		return error;
	error = thread_labels_pop(self);
	thread_leave(self);
	return error;
}

int contend_v1_labels_inherit(int is_inherited)
{
	struct thread *self = enter_labelled();
	bool before;

	if (!self)
		return 0;
	before = thread_labels_set_inherited(is_inherited != 0);
	thread_leave(self);
	return before;
}

int contend_v1_name_thread(const char *name)
{
	struct thread *self = enter_labelled();

	if (!self)
		return -ENOSPC;
	thread_labels_set_name(self, name);
	thread_leave(self);
	return 0;
}
