/* SPDX-License-Identifier: MIT */
/* futex: waits and wakes of words, as runtimes make them that have locks of their own (Rust's, abseil's, Qt's, C++20's).
 *
 * Called from   syscall.c. Each makes the real call and returns its result; errno is the real one's.
 */
#ifndef CONTEND_FUTEX_H
#define CONTEND_FUTEX_H

#include "syscall.h"

/* frame_pointer: of the frame in which the call came. */
long futex_call(const struct syscall_call *call, const void *frame_pointer);
long futex_waitv(const struct syscall_call *call, const void *frame_pointer);

#endif
