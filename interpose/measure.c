/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>

#include "measure.h"
#include "wakers.h"

/* A refusal is given at once: nobody waited. */
static bool is_refusal(int error)
{
	switch (error) {
	case EAGAIN:
	case EALREADY:
	case EBADF:
	case ECHILD:
	case EDEADLK:
	case EFAULT:
	case EINPROGRESS:
	case EINVAL:
	case EISCONN:
	case ENOSYS:
	case ENOTSOCK:
	case EPERM:
	case ESRCH:
		return true;
	default:
		return false;
	}
}

enum wait_outcome measure_outcome_of_error(int error)
{
	if (error == 0 || error == EOWNERDEAD)
		return WAIT_OVER;
	return is_refusal(error) ? WAIT_REFUSED : WAIT_GIVEN_UP;
}

enum wait_outcome measure_outcome_of_c11(int result)
{
	if (result == thrd_success)
		return WAIT_OVER;
	return result == thrd_timedout ? WAIT_GIVEN_UP : WAIT_REFUSED;
}

void measure_wait_cancelled(void *wait)
{
	measure_wait_end(wait, WAIT_GIVEN_UP);
}

void measure_wake(const struct record_site *site, unsigned waiters)
{
	struct thread *self = wakers_waiting(site->object) ? thread_enter_for(THREAD_CALL_RELEASE) : NULL;

	if (!self)
		return;
	record_wake(self, site, waiters);
	thread_leave(self);
}

struct record_release measure_release_begin(const void *object)
{
	struct record_release release = {.fraction = 0};
	struct thread *self = thread_enter_for(THREAD_CALL_RELEASE);

	if (!self)
		return release;
	release = record_release_begin(self, object);
	thread_leave(self);
	return release;
}

struct record_release measure_unlock_begin(const void *lock, enum wait_kind kind)
{
	struct record_release release = {.fraction = 0};
	bool is_charged = record_is_on(), is_held = holds_any(lock) && !record_is_stopped();
	struct thread *self = is_charged || is_held ? thread_enter_for(THREAD_CALL_RELEASE) : NULL;

	if (!self)
		return release;
	if (is_charged)
		release = record_release_begin(self, lock);
	if (is_held)
		record_hold_end(self, lock, kind, &release);
	thread_leave(self);
	return release;
}

void measure_release_end(struct record_release release, const struct record_site *site)
{
	bool has_ended = release.fraction != 0 || release.hold.sample != 0;
	struct thread *self = has_ended ? thread_enter_for(THREAD_CALL_RELEASE) : NULL;

	if (!self)
		return;
	record_release_end(self, release, site);
	thread_leave(self);
}
