/* SPDX-License-Identifier: MIT */
/* architecture: what test programs find different from one processor to the next. */
#ifndef TESTS_ARCHITECTURE_H
#define TESTS_ARCHITECTURE_H

#include <signal.h>
#include <sys/syscall.h>

/* OLDEST_VERSION: of what was there when glibc came to the processor. SENDS_OLD: a name of send that is only for old programs. */
#ifdef __x86_64__
#define OLDEST_VERSION "GLIBC_2.2.5"
#define SENDS_OLD
#else
#define OLDEST_VERSION "GLIBC_2.17"
#define SENDS_OLD      __asm__(".symver __send, __send@" OLDEST_VERSION);
#endif

/* syscall(RAW_FORK): newer processors have no call of that name. */
#ifdef SYS_fork
#define RAW_FORK SYS_fork
#else
#define RAW_FORK SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L
#endif

#endif
