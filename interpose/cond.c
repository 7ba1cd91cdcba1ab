/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_cond_wait, _timedwait, _clockwait, _signal, _broadcast; cnd_wait, _timedwait, _signal, _broadcast;
 *               and passes on the first versions of the first four, for other objects.
 * A wait is one wait of kind cond, however it ends, its second half (getting the mutex back) included. And it releases
 * its mutex: that is charged like an unlock, to the stack of the wait. Who signals is named for the waits that it ends with
 * CONTEND_WAKERS=1.
 */
#include <limits.h>

#include "config.h"
#include "hold.h"
#include "measure.h"
#include "mutex_word.h"
#include "waiters.h"

/* What says that a wait cannot be: then the mutex is not released. */
static bool is_instant(const struct timespec *deadline)
{
	return deadline->tv_nsec >= 0 && deadline->tv_nsec < 1000000000;
}

/* Charged and recorded before the mutex is released: there is no later moment, the real function returns when the wait is
 * over, which may be never. Only a release that somebody waited for and that was drawn pays for it, or one that ends a hold that
 * was drawn. */
static void release_mutex(const pthread_mutex_t *mutex, const struct record_site *site)
{
	if (waiters_or_holds(mutex) && mutex_unlock_releases(mutex, thread_tid()))
		measure_release_end(measure_unlock_begin(mutex, WAIT_MUTEX), site);
}

/* A mutex that a wait is about to give back. */
struct retaking {
	struct record_site site;
	struct sample *sample;
};

static struct retaking retaking_of(struct record_site site, const pthread_mutex_t *mutex)
{
	struct retaking retaking = {.site = site};

	retaking.site.kind = WAIT_MUTEX;
	retaking.site.end = wait_kind_end(WAIT_MUTEX);
	retaking.site.object = mutex;
	if (hold_is_due())
		retaking.sample = hold_prepare(&retaking.site);
	return retaking;
}

/* The mutex is the caller's again: an acquisition like any other. */
static void retake_mutex(void *argument)
{
	const struct retaking *retaking = argument;

	if (!mutex_is_nested(retaking->site.object) && !hold_passes(retaking->site.object))
		hold_begin(&retaking->site, retaking->sample);
}

static int retake_mutex_after(int result, struct retaking *retaking)
{
	if (hold_was_taken(result) || result == ETIMEDOUT || result == thrd_timedout)
		retake_mutex(retaking);
	return result;
}

/* `call`, a wait that gives `mutex` back before it ends, by return or by cancellation. */
#define RETAKING(place, mutex, call)                                                                                   \
	({                                                                                                             \
		struct retaking retaking_ = retaking_of(place, mutex);                                                 \
                                                                                                                       \
		retake_mutex_after(CANCELLABLE(retake_mutex, &retaking_, call), &retaking_);                           \
	})

/* The value of `call`, a wait at `site` that releases `mutex`. */
#define COND_WAIT(outcome_of, site, mutex, call)                                                                       \
	({                                                                                                             \
		struct record_site site_ = (site);                                                                     \
		const pthread_mutex_t *mutex_ = (const pthread_mutex_t *)(mutex);                                      \
                                                                                                                       \
		release_mutex(mutex_, &site_);                                                                         \
		config.hold_rate ? RETAKING(site_, mutex_, MEASURED_CANCELLABLE(outcome_of, site_, (call)))            \
				 : MEASURED_CANCELLABLE(outcome_of, site_, (call));                                    \
	})

/* Is there nothing to be measured? */
static bool is_off(void)
{
	return !record_is_on() && !config.hold_rate;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (is_off())
		return REAL(pthread_cond_wait)(cond, mutex);
	return COND_WAIT(measure_outcome_of_error, MEASURE_SITE(WAIT_COND, REAL(pthread_cond_wait), cond), mutex,
			 REAL(pthread_cond_wait)(cond, mutex));
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline)
{
	if (is_off() || !is_instant(deadline))
		return REAL(pthread_cond_timedwait)(cond, mutex, deadline);
	return COND_WAIT(measure_outcome_of_error, MEASURE_SITE(WAIT_COND, REAL(pthread_cond_timedwait), cond), mutex,
			 REAL(pthread_cond_timedwait)(cond, mutex, deadline));
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
			   const struct timespec *deadline)
{
	bool is_clock = clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;

	if (is_off() || !is_clock || !is_instant(deadline))
		return REAL(pthread_cond_clockwait)(cond, mutex, clock, deadline);
	return COND_WAIT(measure_outcome_of_error, MEASURE_SITE(WAIT_COND, REAL(pthread_cond_clockwait), cond), mutex,
			 REAL(pthread_cond_clockwait)(cond, mutex, clock, deadline));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	if (is_off())
		return REAL(cnd_wait)(cond, mutex);
	return COND_WAIT(measure_outcome_of_c11, MEASURE_SITE(WAIT_COND, REAL(cnd_wait), cond), mutex,
			 REAL(cnd_wait)(cond, mutex));
}

int cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *deadline)
{
	if (is_off() || !is_instant(deadline))
		return REAL(cnd_timedwait)(cond, mutex, deadline);
	return COND_WAIT(measure_outcome_of_c11, MEASURE_SITE(WAIT_COND, REAL(cnd_timedwait), cond), mutex,
			 REAL(cnd_timedwait)(cond, mutex, deadline));
}

typedef int cond_function(pthread_cond_t *cond);
typedef int cnd_function(cnd_t *cond);

static SLOW int wake_slow(pthread_cond_t *cond, cond_function *real, unsigned waiters)
{
	measure_wake(&MEASURE_SITE(WAIT_COND, real, cond), waiters);
	return real(cond);
}

static SLOW int cnd_wake_slow(cnd_t *cond, cnd_function *real, unsigned waiters)
{
	measure_wake(&MEASURE_SITE(WAIT_COND, real, cond), waiters);
	return real(cond);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
	if (!config.wakers)
		return REAL(pthread_cond_signal)(cond);
	return wake_slow(cond, REAL(pthread_cond_signal), 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
	if (!config.wakers)
		return REAL(pthread_cond_broadcast)(cond);
	return wake_slow(cond, REAL(pthread_cond_broadcast), UINT_MAX);
}

#ifdef LIBC_HAS_OLD_CONDITIONS
/* A function of ours under the first version of its name. */
#define OF_FIRST_VERSION(name) __asm__(".symver old_" #name ", " #name "@" FIRST_VERSION)

OF_FIRST_VERSION(pthread_cond_wait);
int old_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	return REAL(old_pthread_cond_wait)(cond, mutex);
}

OF_FIRST_VERSION(pthread_cond_timedwait);
int old_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline)
{
	return REAL(old_pthread_cond_timedwait)(cond, mutex, deadline);
}

OF_FIRST_VERSION(pthread_cond_signal);
int old_pthread_cond_signal(pthread_cond_t *cond)
{
	return REAL(old_pthread_cond_signal)(cond);
}

OF_FIRST_VERSION(pthread_cond_broadcast);
int old_pthread_cond_broadcast(pthread_cond_t *cond)
{
	return REAL(old_pthread_cond_broadcast)(cond);
}
#endif

int cnd_signal(cnd_t *cond)
{
	if (!config.wakers)
		return REAL(cnd_signal)(cond);
	return cnd_wake_slow(cond, REAL(cnd_signal), 1);
}

int cnd_broadcast(cnd_t *cond)
{
	if (!config.wakers)
		return REAL(cnd_broadcast)(cond);
	return cnd_wake_slow(cond, REAL(cnd_broadcast), UINT_MAX);
}
