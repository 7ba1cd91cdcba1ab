/* SPDX-License-Identifier: MIT */
/* contend.h: talk to libcontend from the program that it profiles. C99, C++98 and later.
 *
 * Include it and nothing else: no library to link, no effect when the program runs without libcontend, or is static. (Before
 * glibc 2.34 the program needs -ldl; without that it is as if libcontend were not there.)
 *
 * Threads       every function may be called from any thread at any time after main has begun, also from several at once.
 * Signals       none is async-signal-safe.
 * errno         is kept by all.
 * Forks         a child has profiles of its own, which begin empty, with the fraction and the rate that its parent had. Its thread has
 *               the labels that it had in the parent, to be popped here as there; its name is to be given anew.
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

/* Forgets what was recorded so far, of all threads, as if the process had just started: profiles that are written from now on, and what
 * `contend` shows, begin here. A wait that is in progress counts whole when it is over. Returns 0; -EPERM in a process that has put a
 * seccomp filter on itself, and in a forked child with CONTEND_CHILDREN=0; -ENOSYS without libcontend. */
static inline int contend_reset(void)
{
	static contend_function known;
	int (*entry)(void) = (int (*)(void))contend_entry(&known, "contend_v1_reset");

	return entry ? entry() : -ENOSYS;
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

/* The calling thread's waits and releases carry this label, and those that were pushed before, until it is popped: as pprof.Do in Go.
 * A key that was pushed before has the new value meanwhile. The samples of both profiles have the labels of the thread that waited, or
 * released; those of the mutex profile also, as "waiter.KEY", those of the thread that had waited longest for what was released. The
 * keys kind, fd, lock, wait and held are taken: such a label is called label.KEY.
 *
 *	contend_label_push("endpoint", "/api/users");
 *	serve(request);
 *	contend_label_pop();
 *
 * Both are copied; of each 255 bytes are kept. At most 32 labels lie on top of each other, and a process has room for 1023 different
 * sets of labels or 32 KiB of their text, for ever: use few values (not the number of the request). Returns 0; -ENOSPC where there is
 * no room: then the thread's samples have no labels until this one is popped, and are counted in the profile's comments; -EINVAL, with
 * the same effect, without a key or a value; -ENOSYS without libcontend. Each push is to be popped in the same thread. */
static inline int contend_label_push(const char *key, const char *value)
{
	static contend_function known;
	int (*entry)(const char *, const char *) =
		(int (*)(const char *, const char *))contend_entry(&known, "contend_v1_label_push");

	return entry ? entry(key, value) : -ENOSYS;
}

/* Takes the label away that the calling thread pushed last. Returns 0; -EINVAL if there is none; -ENOSYS without libcontend. */
static inline int contend_label_pop(void)
{
	static contend_function known;
	int (*entry)(void) = (int (*)(void))contend_entry(&known, "contend_v1_label_pop");

	return entry ? entry() : -ENOSYS;
}

/* 1: threads that the calling thread creates from now on begin with the labels that it has then, and do the same with those that they
 * create; what they begin with need not be popped. 0, as at first: they begin without. Returns what was in force before; 0 without
 * libcontend. */
static inline int contend_labels_inherit(int is_inherited)
{
	static contend_function known;
	int (*entry)(int) = (int (*)(int))contend_entry(&known, "contend_v1_labels_inherit");

	return entry ? entry(is_inherited) : 0;
}

/* Names the calling thread in what is said of threads (`contend threads`, /debug/pprof/threads): of the name 63 bytes are kept; NULL or
 * "" takes it away. Threads without such a name have the one that pthread_setname_np gave them, 15 bytes. Returns 0; -ENOSPC for a
 * thread too many (CONTEND_MEMORY); -ENOSYS without libcontend. */
static inline int contend_name_thread(const char *name)
{
	static contend_function known;
	int (*entry)(const char *) = (int (*)(const char *))contend_entry(&known, "contend_v1_name_thread");

	return entry ? entry(name) : -ENOSYS;
}

#ifdef __cplusplus
}

/* The label is the thread's as long as this lives, however the scope is left. */
class contend_label
{
      public:
	contend_label(const char *key, const char *value)
	{
		contend_label_push(key, value);
	}
	~contend_label()
	{
		contend_label_pop();
	}

      private:
	contend_label(const contend_label &);
	contend_label &operator=(const contend_label &);
};
#endif

#endif
