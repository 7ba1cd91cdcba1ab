/* SPDX-License-Identifier: MIT */
/* kernel: system calls without libc in between.
 *
 * libc's functions may be interposed by the application, by another preload or by ourselves, and they write errno. These
 * do neither: the result is the kernel's, a negative errno on failure.
 *
 * Each architecture has an instruction of its own for them: kernel_call of kernel_here.h.
 *
 * Called from   anywhere, signal handlers included.
 */
#ifndef CONTEND_KERNEL_H
#define CONTEND_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "kernel_here.h"

/* Here are links, named by number, to what the descriptors of the calling thread lead to: threads can have tables of their own,
 * which /proc/self does not show. */
#define KERNEL_DESCRIPTOR_FOLDER "/proc/thread-self/fd/"

#define KERNEL_CALL_6(name, a, b, c, d, e, f, ...)                                                                     \
	kernel_call(SYS_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* KERNEL_CALL(openat, directory, path, flags, mode): up to six arguments, the rest 0. */
#define KERNEL_CALL(name, ...) KERNEL_CALL_6(name, __VA_ARGS__ __VA_OPT__(, ) 0, 0, 0, 0, 0, 0)

/* From now on the process may be punished for a call that the program does not make by itself (seccomp); children inherit
 * that. Whoever can do without such a call asks before it. */
void kernel_forbid(void);
bool kernel_is_forbidden(void);

#endif
