/* SPDX-License-Identifier: MIT */
/* contend.h: talk to libcontend from the program that it profiles. C99, C++98 and later.
 *
 * Include it and nothing else: no library to link, no effect when the program runs without libcontend, or is static. (Before
 * glibc 2.34 the program needs -ldl; without that it is as if libcontend were not there.)
 *
 * Threads       every function may be called from any thread at any time after main has begun, also from several at once.
 * Signals       none is async-signal-safe.
 * errno         is kept by all.
 * Forks         a child has profiles of its own, which begin empty, with the fraction and the rate that its parent had.
 * Results       0 stands for success; without libcontend each function returns what it says there. Errors are negative numbers:
 *               -EINVAL, ... of errno.h.
 * Time          each function looks for the library once; from then on a call is a load more than a call of a function.
 */
#ifndef CONTEND_H
#define CONTEND_H

#include <errno.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Not part of the interface: how the library's entry points are found. dlsym is asked for by a weak reference, so that nothing has to
 * be linked. An entry point that is not there is remembered as contend_absent. */
typedef void (*contend_function)(void);

static contend_function contend_find(void *handle, const char *name) __attribute__((weakref("dlsym")));

static inline void contend_absent(void)
{
}

static inline contend_function contend_search(const char *name)
{
	int saved_errno = errno;
	contend_function entry = contend_find ? contend_find((void *)0, name) : (contend_function)0;

	errno = saved_errno;
	return entry ? entry : contend_absent;
}

static inline contend_function contend_entry(contend_function *known, const char *name)
{
	contend_function entry = __atomic_load_n(known, __ATOMIC_RELAXED);

	if (!entry) {
		entry = contend_search(name);
		__atomic_store_n(known, entry, __ATOMIC_RELAXED);
	}
	return entry == contend_absent ? (contend_function)0 : entry;
}

/* 1 if this process is being profiled (even with both profiles off), 0 if not. */
static inline int contend_is_active(void)
{
	static contend_function known;
	int (*entry)(void) = (int (*)(void))contend_entry(&known, "contend_v1_is_active");

	return entry ? entry() : 0;
}

/* Go's SetMutexProfileFraction: from now on, in all threads, one in `fraction` releases that made others wait is recorded; 1 is all,
 * 0 is off, a negative number changes nothing. What was recorded before is not rescaled. Returns the fraction in force before; 0
 * without libcontend. */
static inline int contend_set_mutex_fraction(int fraction)
{
	static contend_function known;
	int (*entry)(int) = (int (*)(int))contend_entry(&known, "contend_v1_set_mutex_fraction");

	return entry ? entry(fraction) : 0;
}

/* Go's SetBlockProfileRate: from now on, in all threads, waits of `rate_ns` nanoseconds and more are all recorded, shorter ones in
 * proportion; 1 is all, 0 is off, a negative number changes nothing. What was recorded before is not rescaled. Returns the rate in
 * force before, in ns; 0 without libcontend. */
static inline int64_t contend_set_block_rate(int64_t rate_ns)
{
	static contend_function known;
	int64_t (*entry)(int64_t) = (int64_t(*)(int64_t))contend_entry(&known, "contend_v1_set_block_rate");

	return entry ? entry(rate_ns) : 0;
}

/* Writes the profiles now, and waits until they are written: to PREFIX.mutex.pb.gz, PREFIX.block.pb.gz and so on, or, if `prefix` is
 * NULL, as the dump signal would (CONTEND_OUT). %e, %p, %n, %h, %t and %% in `prefix` mean what they mean in CONTEND_OUT; a relative
 * one begins in the directory in which the process started. No file is overwritten: where one is there, .1, .2, ... is added.
 * Returns 0; -EINVAL for an empty prefix; -ENAMETOOLONG; -EPERM in a process that has put a seccomp filter on itself, and in a forked child with CONTEND_CHILDREN=0; what went wrong
 * with the files (-ENOSPC, -EACCES, ...); -ENOSYS without libcontend. */
static inline int contend_dump(const char *prefix)
{
	static contend_function known;
	int (*entry)(const char *) = (int (*)(const char *))contend_entry(&known, "contend_v1_dump");

	return entry ? entry(prefix) : -ENOSYS;
}

/* From now on the lock at that address is called `name`, in profiles (label `lock`) and by the command: a mutex, reader-writer lock,
 * spin lock or semaphore, of pthreads or C11; std::mutex and its kin; a word that futex calls wait for. "" or NULL takes the name
 * away, and so do the lock's init and destroy; where a lock has no such call, take it away before the memory becomes another lock's.
 * Locks of one name are one in profiles. 47 bytes of a name are kept, in UTF-8, and 512 different names. What was recorded before
 * keeps the name that it had. Returns 0; -EINVAL if there is no lock; -ENOSPC if there is no room; -ENOSYS without libcontend. */
static inline int contend_name_lock(const volatile void *lock, const char *name)
{
	static contend_function known;
	int (*entry)(const volatile void *, const char *) =
		(int (*)(const volatile void *, const char *))contend_entry(&known, "contend_v1_name_lock");

	return entry ? entry(lock, name) : -ENOSYS;
}

#ifdef __cplusplus
}
#endif

#endif
