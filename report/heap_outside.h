/* SPDX-License-Identifier: MIT */
/* heap_outside: what jemalloc would call outside, as seen by the private heap.
 *
 * Called from   jemalloc only; jemalloc.sh redirects its calls here, name by name.
 * Locks         do nothing, and there is one thread-specific value for all threads: there is one user of the heap at a time.
 * Files         cannot be opened, there is no environment, messages vanish: jemalloc finds no configuration, one processor.
 */
#ifndef CONTEND_HEAP_OUTSIDE_H
#define CONTEND_HEAP_OUTSIDE_H

#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

int heap_outside_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int heap_outside_pthread_mutex_lock(pthread_mutex_t *mutex);
int heap_outside_pthread_mutex_trylock(pthread_mutex_t *mutex);
int heap_outside_pthread_mutex_unlock(pthread_mutex_t *mutex);
int heap_outside_pthread_mutexattr_init(pthread_mutexattr_t *attributes);
int heap_outside_pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type);
int heap_outside_pthread_mutexattr_destroy(pthread_mutexattr_t *attributes);

int heap_outside_pthread_key_create(pthread_key_t *out_key, void (*destroy)(void *value));
void *heap_outside_pthread_getspecific(pthread_key_t key);
int heap_outside_pthread_setspecific(pthread_key_t key, const void *value);

int heap_outside_pthread_getaffinity_np(pthread_t thread, size_t bytes, cpu_set_t *processors);
int heap_outside___sched_cpucount(size_t bytes, const cpu_set_t *processors);
long heap_outside_sysconf(int name);
int heap_outside_atexit(void (*function)(void));
char *heap_outside_getenv(const char *name);
char *heap_outside_strerror_r(int error, char *text, size_t bytes);

ssize_t heap_outside_readlink(const char *path, char *text, size_t bytes);
int heap_outside_open(const char *path, int flags, ...);
int heap_outside_creat(const char *path, mode_t mode);
ssize_t heap_outside_read(int descriptor, void *bytes, size_t count);
ssize_t heap_outside_write(int descriptor, const void *bytes, size_t count);
int heap_outside_close(int descriptor);

/* Forgets the thread-specific value: part of heap_reset. */
void heap_outside_reset(void);

#endif
