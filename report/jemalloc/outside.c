/* SPDX-License-Identifier: MIT */
/* What jemalloc would call outside, as seen by the private heap; jemalloc.sh redirects its calls here, name by name, and
 * links this file into the same object, so that its variables are put back by heap_reset, too.
 *
 * Locks do nothing, and there is one thread-specific value for all threads: there is one user of the heap at a time. Files
 * cannot be opened, there is no environment, messages vanish: jemalloc finds no configuration, and one processor. For memory
 * the kernel is asked without libc in between: programs and their allocators stand in front of mmap, with locks of their own,
 * and a dump may be written in a signal handler.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

/* jemalloc ends the process where it cannot have the memory for its thread-specific state; so that is here. */
enum { THREAD_STATE_BYTES = 8192 };

static struct {
	const void *thread_value;
	_Alignas(64) char thread_state[THREAD_STATE_BYTES];
} outside;

int outside_pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	(void)mutex, (void)attributes;
	return 0;
}

int outside_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

int outside_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

int outside_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

int outside_pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int outside_pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
	(void)attributes, (void)type;
	return 0;
}

int outside_pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
	(void)attributes;
	return 0;
}

int outside_pthread_key_create(pthread_key_t *out_key, void (*destroy)(void *value))
{
	(void)destroy;
	*out_key = 0;
	return 0;
}

void *outside_pthread_getspecific(pthread_key_t key)
{
	(void)key;
	return (void *)outside.thread_value;
}

int outside_pthread_setspecific(pthread_key_t key, const void *value)
{
	(void)key;
	outside.thread_value = value;
	return 0;
}

void *outside_tsd_malloc(size_t bytes)
{
	return bytes <= sizeof(outside.thread_state) ? outside.thread_state : NULL;
}

/* Threads do not end. */
void outside_tsd_free(void *state)
{
	(void)state;
}

int outside_pthread_getaffinity_np(pthread_t thread, size_t bytes, cpu_set_t *processors)
{
	(void)thread, (void)bytes, (void)processors;
	return ENOSYS;
}

int outside___sched_cpucount(size_t bytes, const cpu_set_t *processors)
{
	(void)bytes, (void)processors;
	return 1;
}

long outside_sysconf(int name)
{
	return name == _SC_PAGESIZE ? 4096 : 1;
}

int outside_atexit(void (*function)(void))
{
	(void)function;
	return -1;
}

char *outside_getenv(const char *name)
{
	(void)name;
	return NULL;
}

char *outside_strerror_r(int error, char *text, size_t bytes)
{
	(void)error;
	if (bytes > 0)
		text[0] = '\0';
	return text;
}

ssize_t outside_readlink(const char *path, char *text, size_t bytes)
{
	(void)path, (void)text, (void)bytes;
	return -1;
}

int outside_open(const char *path, int flags, ...)
{
	(void)path, (void)flags;
	return -1;
}

int outside_creat(const char *path, mode_t mode)
{
	(void)path, (void)mode;
	return -1;
}

ssize_t outside_read(int descriptor, void *bytes, size_t count)
{
	(void)descriptor, (void)bytes, (void)count;
	return -1;
}

ssize_t outside_write(int descriptor, const void *bytes, size_t count)
{
	(void)descriptor, (void)bytes;
	return count; /* all of it is gone: a short count would make the caller try again */
}

int outside_close(int descriptor)
{
	(void)descriptor;
	return 0;
}

void *outside_mmap(void *address, size_t bytes, int protection, int flags, int descriptor, off_t offset)
{
	long result = KERNEL_CALL(mmap, address, bytes, protection, flags, descriptor, offset);

	return result < 0 ? MAP_FAILED : (void *)result;
}

int outside_munmap(void *address, size_t bytes)
{
	return KERNEL_CALL(munmap, address, bytes) < 0 ? -1 : 0;
}

int outside_mprotect(void *address, size_t bytes, int protection)
{
	return KERNEL_CALL(mprotect, address, bytes, protection) < 0 ? -1 : 0;
}

int outside_madvise(void *address, size_t bytes, int advice)
{
	return KERNEL_CALL(madvise, address, bytes, advice) < 0 ? -1 : 0;
}

int outside_clock_gettime(clockid_t clock, struct timespec *out_time)
{
	return KERNEL_CALL(clock_gettime, clock, out_time) < 0 ? -1 : 0;
}

pid_t outside_getpid(void)
{
	return (pid_t)KERNEL_CALL(getpid);
}
