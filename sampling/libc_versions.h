/* SPDX-License-Identifier: MIT */
/* libc_versions: binds the functions that glibc 2.34 moved into libc.so.6 as they were before, so that one library loads
 * everywhere. (A program that is given a preload with versions unknown to its libc does not start.)
 *
 * Include it   where one of them is used, after the header that declares it. The test of dependencies finds what is missing.
 * Weak         before 2.34 these functions are in libpthread and libdl, which a program may do without: then they are NULL.
 */
#ifndef CONTEND_LIBC_VERSIONS_H
#define CONTEND_LIBC_VERSIONS_H

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "libc_layout.h"

#define OLD_VERSION(name, version)                                                                                     \
	extern __typeof__(name) name __attribute__((weak));                                                            \
	__asm__(".symver " #name ", " #name "@" version);

OLD_VERSION(dlerror, FIRST_VERSION)
OLD_VERSION(dlsym, FIRST_VERSION)
OLD_VERSION(dlvsym, FIRST_VERSION)
OLD_VERSION(pthread_attr_getguardsize, FIRST_VERSION)
OLD_VERSION(pthread_attr_getstack, FIRST_VERSION)
OLD_VERSION(pthread_attr_getstacksize, FIRST_VERSION)
OLD_VERSION(pthread_attr_setstacksize, FIRST_VERSION)
OLD_VERSION(pthread_getattr_default_np, "GLIBC_2.18")
OLD_VERSION(pthread_key_create, FIRST_VERSION)
OLD_VERSION(pthread_setspecific, FIRST_VERSION)
OLD_VERSION(pthread_sigmask, FIRST_VERSION)

/* The older mechanism of cleanup handlers, which no header declares any more. */
void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer, void (*routine)(void *), void *argument);
void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer, int is_to_run);
OLD_VERSION(_pthread_cleanup_push, FIRST_VERSION)
OLD_VERSION(_pthread_cleanup_pop, FIRST_VERSION)

#undef OLD_VERSION

/* Was the program started with libpthread? If not, none of the functions above but dl* may be called, even if a plug-in
 * brings it later. */
static inline bool libc_has_threads(void)
{
	return pthread_key_create != NULL;
}

#endif
