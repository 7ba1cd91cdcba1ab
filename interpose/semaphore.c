/* SPDX-License-Identifier: MIT */
/* Overrides     sem_wait, _timedwait, _clockwait, _trywait, _post, _init, _destroy.
 * The value is looked at only to tell whether there is a wait to measure: the real function is always called, because each
 * of the waiting ones is a cancellation point even when it need not wait.
 * A post ends no critical section and is charged with nothing, unless the semaphore is used as a lock
 * (CONTEND_SEM_AS_LOCK=1). It is named for the waits that it ends with CONTEND_WAKERS=1. _init and _destroy are here to
 * know the locks, and where they were made.
 */
#include "config.h"
#include "lock_names.h"
#include "measure.h"
#include "semaphore_locks.h"
#include "wakers.h"

/* The value lies in the lower half of the semaphore's first eight bytes (glibc since 2.21, 64-bit). */
static bool looks_positive(const sem_t *semaphore)
{
	return __atomic_load_n((const uint32_t *)semaphore, __ATOMIC_RELAXED) != 0;
}

/* Must takes and posts that nobody waits for be looked at, too? */
static bool is_watched(void)
{
	return config.wakers | config.semaphore_locks;
}

static bool is_no_matter(const sem_t *semaphore)
{
	return (looks_positive(semaphore) && !is_watched()) || !record_is_on();
}

static enum wait_end end_of(const sem_t *semaphore)
{
	if (config.semaphore_locks && semaphore_locks_is_one(semaphore))
		return WAIT_END_WAKE | WAIT_END_RELEASE;
	return WAIT_END_WAKE;
}

/* The semaphore was taken; its memory may be gone. */
static void note_taken(const sem_t *semaphore, bool was_wait)
{
	if (config.semaphore_locks)
		semaphore_locks_taken(semaphore);
	if (config.wakers && !was_wait)
		wakers_overtaken(semaphore);
}

/* The value of `call`, which takes a semaphore at `site`, measured if that means to wait. */
#define TAKE(site, semaphore, call)                                                                                    \
	({                                                                                                             \
		bool is_wait_ = !looks_positive(semaphore);                                                            \
		struct record_site site_ = (site);                                                                     \
		int taken_;                                                                                            \
                                                                                                                       \
		site_.end = end_of(semaphore);                                                                         \
		taken_ = is_wait_ ? MEASURED_CANCELLABLE(measure_outcome_of_errno, site_, (call)) : (call);            \
		if (taken_ == 0)                                                                                       \
			note_taken((semaphore), is_wait_);                                                             \
		taken_;                                                                                                \
	})

static SLOW int wait_slow(sem_t *semaphore)
{
	if (!record_is_on())
		return REAL(sem_wait)(semaphore);
	return TAKE(MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_wait), semaphore), semaphore, REAL(sem_wait)(semaphore));
}

int sem_wait(sem_t *semaphore)
{
	if (looks_positive(semaphore) && !is_watched())
		return REAL(sem_wait)(semaphore);
	return wait_slow(semaphore);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
	if (is_no_matter(semaphore))
		return REAL(sem_timedwait)(semaphore, deadline);
	return TAKE(MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_timedwait), semaphore), semaphore,
		    REAL(sem_timedwait)(semaphore, deadline));
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *deadline)
{
	if (is_no_matter(semaphore))
		return REAL(sem_clockwait)(semaphore, clock, deadline);
	return TAKE(MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_clockwait), semaphore), semaphore,
		    REAL(sem_clockwait)(semaphore, clock, deadline));
}

int sem_trywait(sem_t *semaphore)
{
	int result = REAL(sem_trywait)(semaphore);

	if (result == 0)
		note_taken(semaphore, false);
	return result;
}

static SLOW int post_slow(sem_t *semaphore)
{
	struct record_site site = MEASURE_SITE(WAIT_SEMAPHORE, REAL(sem_post), semaphore);
	struct record_release release = {.fraction = 0};
	int result;

	if (!record_is_on())
		return REAL(sem_post)(semaphore);
	if (config.semaphore_locks && semaphore_locks_posted(semaphore))
		release = measure_release_begin(semaphore);
	if (config.wakers)
		measure_wake(&site, 1);
	result = REAL(sem_post)(semaphore);
	measure_release_end(release, &site);
	return result;
}

int sem_post(sem_t *semaphore)
{
	if (!is_watched())
		return REAL(sem_post)(semaphore);
	return post_slow(semaphore);
}

int sem_init(sem_t *semaphore, int is_shared, unsigned value)
{
	lock_names_initialised(semaphore, __builtin_return_address(0));
	if (config.semaphore_locks)
		semaphore_locks_initialised(semaphore, value);
	return REAL(sem_init)(semaphore, is_shared, value);
}

int sem_destroy(sem_t *semaphore)
{
	lock_names_destroyed(semaphore);
	if (config.semaphore_locks)
		semaphore_locks_destroyed(semaphore);
	return REAL(sem_destroy)(semaphore);
}
