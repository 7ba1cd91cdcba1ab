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

#define OLD_VERSION(name, version)                                                                                     \
	extern __typeof__(name) name __attribute__((weak));                                                            \
	__asm__(".symver " #name ", " #name "@GLIBC_" version);

OLD_VERSION(dlerror, "2.2.5")
OLD_VERSION(dlsym, "2.2.5")
OLD_VERSION(dlvsym, "2.2.5")
OLD_VERSION(pthread_attr_getguardsize, "2.2.5")
OLD_VERSION(pthread_attr_getstack, "2.2.5")
OLD_VERSION(pthread_attr_getstacksize, "2.2.5")
OLD_VERSION(pthread_attr_setstacksize, "2.2.5")
OLD_VERSION(pthread_getattr_default_np, "2.18")
OLD_VERSION(pthread_key_create, "2.2.5")
OLD_VERSION(pthread_setspecific, "2.2.5")
OLD_VERSION(pthread_sigmask, "2.2.5")

/* The older mechanism of cleanup handlers, which no header declares any more. */
void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer, void (*routine)(void *), void *argument);
void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer, int is_to_run);
OLD_VERSION(_pthread_cleanup_push, "2.2.5")
OLD_VERSION(_pthread_cleanup_pop, "2.2.5")

#undef OLD_VERSION

/* Was the program started with libpthread? If not, none of the functions above but dl* may be called, even if a plug-in
 * brings it later. */
static inline bool libc_has_threads(void)
{
	return pthread_key_create != NULL;
}

#endif
