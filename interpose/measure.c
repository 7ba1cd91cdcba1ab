/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "measure.h"

/* A refusal is given at once: nobody waited. */
static bool is_refusal(int error)
{
	return error == EDEADLK || error == EINVAL || error == EAGAIN || error == EPERM || error == ENOSYS;
}

struct measure_wait measure_wait_begin(struct record_site site, const void *lock)
{
	struct measure_wait measured = {.wait.site = site};
	struct thread *self = thread_enter();

	if (!self)
		return measured;
	measured.is_measured = record_wait_begin(self, &measured.wait, lock);
	thread_leave(self);
	return measured;
}

void measure_wait_end(struct measure_wait *measured, int error)
{
	struct thread *self = measured->is_measured ? thread_enter() : NULL;

	if (!self)
		return;
	record_wait_end(self, &measured->wait, !is_refusal(error));
	thread_leave(self);
}

void measure_wait_cancelled(void *measured)
{
	measure_wait_end(measured, 0);
}

struct record_release measure_release_begin(const void *lock)
{
	struct record_release release = {.fraction = 0};
	struct thread *self = thread_enter();

	if (!self)
		return release;
	release = record_release_begin(self, lock);
	thread_leave(self);
	return release;
}

void measure_release_end(struct record_release release, const struct record_site *site)
{
	struct thread *self = release.fraction ? thread_enter() : NULL;

	if (!self)
		return;
	record_release_end(self, release, site);
	thread_leave(self);
}
