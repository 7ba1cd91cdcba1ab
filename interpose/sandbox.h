/* SPDX-License-Identifier: MIT */
/* sandbox: has this process put a filter on its own system calls?
 *
 * Called from   anywhere.
 */
#ifndef CONTEND_SANDBOX_H
#define CONTEND_SANDBOX_H

#include <stdbool.h>

struct syscall_call;

/* The call, prctl or seccomp; if it closed the sandbox, that is noticed. */
long sandbox_call(const struct syscall_call *call);

/* May a call that the program does not make be punished? */
bool sandbox_is_closed(void);

#endif
