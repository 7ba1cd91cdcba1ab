/* SPDX-License-Identifier: MIT */
/* What syscall_entry.c, in front of syscall(), does not pass straight on. None of it is a cancellation point here. */
#include <errno.h>
#include <sys/syscall.h>

#include "futex.h"
#include "lifecycle.h"
#include "sandbox.h"
#include "syscall.h"

/* Interrupted and timed out: time has passed. All other errors are answers. */
enum wait_outcome syscall_outcome(long result)
{
	if (result != -1)
		return WAIT_OVER;
	return errno == EINTR || errno == ETIMEDOUT || errno == ETIME ? WAIT_GIVEN_UP : WAIT_REFUSED;
}

long syscall_wait(const struct syscall_call *call, struct record_site site)
{
	struct record_wait wait;
	long result;

	wait.site = site;
	measure_wait_begin(&wait);
	result = syscall_real(call);
	measure_wait_end(&wait, syscall_outcome(result));
	return result;
}

/* io_uring_enter(ring, to_submit, min_complete, flags, ...) */
static long ring_enter(const struct syscall_call *call, const void *frame_pointer)
{
	enum { GET_EVENTS = 1 }; /* IORING_ENTER_GETEVENTS */

	if (!record_is_on() || (uint32_t)call->arguments[2] == 0 || !(call->arguments[3] & GET_EVENTS))
		return syscall_real(call);
	return syscall_wait(call, syscall_site(WAIT_IO_URING, NULL, frame_pointer));
}

static long end_process(const struct syscall_call *call)
{
	lifecycle_before_end(LIFECYCLE_END);
	return syscall_real(call);
}

long syscall_slow(const struct syscall_call *call, const void *frame_pointer)
{
	switch ((int)call->number) {
	case SYS_futex:
		return futex_call(call, frame_pointer);
	case SYS_futex_waitv:
		return futex_waitv(call, frame_pointer);
	case SYS_io_uring_enter:
		return ring_enter(call, frame_pointer);
	case SYS_exit_group:
		return end_process(call);
	default:
		return sandbox_call(call);
	}
}
