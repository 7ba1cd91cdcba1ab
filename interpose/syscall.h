/* SPDX-License-Identifier: MIT */
/* syscall: what was given to syscall(), where that is a matter of ours.
 *
 * Called from   syscall.c, in the application's call. Each function below makes the real call, once, and returns its result.
 */
#ifndef CONTEND_SYSCALL_H
#define CONTEND_SYSCALL_H

#include <stdint.h>
#include <unistd.h>

#include "measure.h"

/* The registers and the stack slot in which arguments come, as the assembler pushes them. What the program did not pass is
 * in there, too, as whatever lay there. */
struct syscall_call {
	long number;
	long arguments[6];
};

static inline long syscall_real(const struct syscall_call *call)
{
	const long *a = call->arguments;

	return REAL(syscall)(call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* The site of a call that came through syscall(), whose frame the assembler made. */
static inline struct record_site syscall_site(enum wait_kind kind, const void *object, const void *frame_pointer)
{
	return (struct record_site){.kind = kind,
				    .end = wait_kind_end(kind),
				    .object = object,
				    .file = -1,
				    .leaf_address = (uint64_t)(uintptr_t)REAL(syscall),
				    .frame_pointer = frame_pointer};
}

/* What its result and errno tell. */
enum wait_outcome syscall_outcome(long result);

/* The call, measured as a wait. */
long syscall_wait(const struct syscall_call *call, struct record_site site);

/* The calls that matter: those that syscall_entry.c does not pass straight on. frame_pointer: the mark of the frame that it made. */
__attribute__((visibility("hidden"))) long syscall_slow(const struct syscall_call *call, const void *frame_pointer);

#endif
