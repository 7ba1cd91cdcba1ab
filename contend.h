/* SPDX-License-Identifier: MIT */
/* contend.h: talk to libcontend from the program that it profiles.
 *
 * Include it and nothing else: no library to link, no effect when the program runs without libcontend. Every function may
 * be called from any thread at any time after main has begun; none is async-signal-safe, none changes errno.
 */
#ifndef CONTEND_H
#define CONTEND_H

#include <dlfcn.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library's own entry points: contend_v1_<name>, or NULL when it is not there. */
static inline void *contend_entry(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

/* 1 if this process is being profiled (even with both profiles off), 0 if not. */
static inline int contend_is_active(void)
{
	int (*entry)(void) = (int (*)(void))contend_entry("contend_v1_is_active");

	return entry ? entry() : 0;
}

/* Go's SetMutexProfileFraction: from now on one in `fraction` releases that made others wait is recorded; 1 is all, 0 is
 * off, a negative number changes nothing. Returns the fraction in force before; 0 without libcontend. */
static inline int contend_set_mutex_fraction(int fraction)
{
	int (*entry)(int) = (int (*)(int))contend_entry("contend_v1_set_mutex_fraction");

	return entry ? entry(fraction) : 0;
}

/* Go's SetBlockProfileRate: from now on waits of `rate_ns` nanoseconds and more are all recorded, shorter ones in
 * proportion; 1 is all, 0 is off, a negative number changes nothing. Returns the rate in force before, in ns; 0 without
 * libcontend. */
static inline int64_t contend_set_block_rate(int64_t rate_ns)
{
	int64_t (*entry)(int64_t) = (int64_t(*)(int64_t))contend_entry("contend_v1_set_block_rate");

	return entry ? entry(rate_ns) : 0;
}

/* Writes the profiles now, like the dump signal, and waits until they are written. Returns 0; a negative errno if they
 * could not be written (-ENOSPC, ...; -EPERM in a process that has put a seccomp filter on itself); -ENOSYS (-38) without
 * libcontend. */
static inline int contend_dump(void)
{
	int (*entry)(void) = (int (*)(void))contend_entry("contend_v1_dump");

	return entry ? entry() : -38;
}

#ifdef __cplusplus
}
#endif

#endif
