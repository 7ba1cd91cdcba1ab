/* SPDX-License-Identifier: MIT */
/* sandbox: how a process puts a filter on its own system calls.
 *
 * Called from   syscall.c, in the application's call.
 */
#ifndef CONTEND_SANDBOX_H
#define CONTEND_SANDBOX_H

struct syscall_call;

/* The call, prctl or seccomp; if it closed the sandbox, the kernel is forbidden to us (kernel.h). */
long sandbox_call(const struct syscall_call *call);

#endif
