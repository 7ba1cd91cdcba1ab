/* SPDX-License-Identifier: MIT */
/* libc_layout: what glibc does not say in its headers, and does in its own way on each architecture.
 *
 * Called from   anywhere. Nothing is believed that the start-up can find out (threads_startup).
 */
#ifndef CONTEND_LIBC_LAYOUT_H
#define CONTEND_LIBC_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/* The version of all that was there when glibc came to this architecture, conditions among them. */
#define FIRST_VERSION "GLIBC_2.17"
#define COND_VERSION  "GLIBC_2.17"

/* Where Debian has the libraries of this architecture, below lib. */
#define LIBC_FOLDER "aarch64-linux-gnu"

/* The table of error texts that strerror reads. */
#define LIBC_ERROR_TEXTS_VERSION "GLIBC_2.17"

/* Is it a name that has no default version, though functions.def gives it none? */
static inline bool libc_is_old_name(const char *name)
{
	return strcmp(name, "__send") == 0;
}

enum { LIBC_MUTEX_BYTES = 48 };

/* Where a thread descriptor, to which pthread_self points, has its thread's tid. */
enum { LIBC_DESCRIPTOR_TID_BYTES = 208 };

/* Of a spin lock: 0 is free. */
static inline bool libc_spin_is_free(int word)
{
	return word == 0;
}

/* Where a function returns to that makecontext has made ready to start. */
static inline uint64_t libc_context_return(const ucontext_t *context)
{
	return context->uc_mcontext.regs[30];
}

#endif
