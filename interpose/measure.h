/* SPDX-License-Identifier: MIT */
/* measure: one blocking call, or one release, measured around the real function.
 *
 * Called from   wrappers. Neither errno nor the result is touched; the guard is not held while the real function runs.
 * Cancellation  MEASURED_CANCELLABLE ends its wait in a cleanup handler, by libc's own mechanism for C: a cleanup by
 *               unwinding would make this library need libgcc_s. Of its two the older one, which links a buffer on the
 *               stack, and not the one of pthread.h, which fills a jump buffer and takes twice as long. MEASURED is for
 *               calls that are no cancellation points; what an asynchronous cancellation or an exception leaves of them,
 *               the thread's next wait or its end clears away.
 */
#ifndef CONTEND_MEASURE_H
#define CONTEND_MEASURE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "libc_versions.h"
#include "real.h"
#include "record.h"

/* The slow half of a wrapper: out of the way of the half that only looks, which then needs no frame of its own. */
#define SLOW __attribute__((noinline, cold))

/* Where the application called `function` (the real one) for `awaited`. In the wrapper's own frame only. */
#define MEASURE_SITE(wait_kind, function, awaited)                                                                     \
	((struct record_site){.kind = (wait_kind),                                                                     \
			      .end = wait_kind_end(wait_kind),                                                         \
			      .object = (awaited),                                                                     \
			      .file = -1,                                                                              \
			      .leaf_address = (uint64_t)(uintptr_t)(function),                                         \
			      .frame_pointer = STACK_MARK()})

/* wait->site is set, nothing else need be. Inline, as is the next: a read of what is there passes both. */
static inline void measure_wait_begin(struct record_wait *wait)
{
	struct thread *self = thread_enter();

	wait->is_measured = false;
	if (!self)
		return;
	wait->is_measured = record_wait_begin(self, wait);
	thread_leave(self);
}

/* Ends what measure_wait_begin began. */
static inline void measure_wait_end(struct record_wait *wait, enum wait_outcome outcome)
{
	struct thread *self = wait->is_measured ? thread_enter() : NULL;

	if (!self)
		return;
	record_wait_end(self, wait, outcome);
	thread_leave(self);
}

/* The same after a cancellation; the cleanup handler of MEASURED_CANCELLABLE. */
void measure_wait_cancelled(void *wait);

/* What results tell: of functions that return an error number, of those that return -1 and set errno, and of C11's. */
enum wait_outcome measure_outcome_of_error(int error);
enum wait_outcome measure_outcome_of_c11(int result);

static inline enum wait_outcome measure_outcome_of_errno(long result)
{
	return result == -1 ? measure_outcome_of_error(errno) : WAIT_OVER;
}

/* As of errno, for calls that answer EAGAIN at once or when their own time is over (SO_RCVTIMEO, sigtimedwait). */
static inline enum wait_outcome measure_outcome_of_io(long result)
{
	return result == -1 && errno == EAGAIN ? WAIT_TRIED : measure_outcome_of_errno(result);
}

/* The value of `call`, evaluated once, measured as a wait at `place`; outcome_of(value) tells how it ended. */
#define MEASURED(outcome_of, place, call)                                                                              \
	({                                                                                                             \
		struct record_wait wait_;                                                                              \
		int result_;                                                                                           \
                                                                                                                       \
		wait_.site = (place);                                                                                  \
		measure_wait_begin(&wait_);                                                                            \
		result_ = (call);                                                                                      \
		measure_wait_end(&wait_, outcome_of(result_));                                                         \
		result_;                                                                                               \
	})

/* The value of `call`, a cancellation point, evaluated once; cleanup(argument) if the thread is cancelled in it. */
#define CANCELLABLE(cleanup, argument, call)                                                                           \
	({                                                                                                             \
		struct _pthread_cleanup_buffer buffer_;                                                                \
		__typeof__(call) value_;                                                                               \
                                                                                                                       \
		_pthread_cleanup_push(&buffer_, cleanup, argument);                                                    \
		value_ = (call);                                                                                       \
		_pthread_cleanup_pop(&buffer_, 0);                                                                     \
		value_;                                                                                                \
	})

/* As MEASURED, for a cancellation point. */
#define MEASURED_CANCELLABLE(outcome_of, place, call)                                                                  \
	({                                                                                                             \
		struct record_wait wait_;                                                                              \
		__typeof__(call) result_;                                                                              \
                                                                                                                       \
		wait_.site = (place);                                                                                  \
		measure_wait_begin(&wait_);                                                                            \
		result_ = CANCELLABLE(measure_wait_cancelled, &wait_, call);                                           \
		measure_wait_end(&wait_, outcome_of(result_));                                                         \
		result_;                                                                                               \
	})

/* Up to `waiters` that wait for the site's object are about to be woken by the calling thread, for the profile `wake`. */
void measure_wake(const struct record_site *site, unsigned waiters);

/* What the waiters of an object waited since its last release; to be taken before the real release. */
struct record_release measure_release_begin(const void *object);

/* The same of a lock, whose hold may be timed and ends. kind: of a wait for it. */
struct record_release measure_unlock_begin(const void *lock, enum wait_kind kind);

/* It was released: into the profile with it. The object is not looked at: its memory may be gone. */
void measure_release_end(struct record_release release, const struct record_site *site);

/* The value of `call`, evaluated once, measured as a release of a lock at `site`. */
#define RELEASED(site, call)                                                                                           \
	({                                                                                                             \
		struct record_site site_ = (site);                                                                     \
		struct record_release release_ = measure_unlock_begin(site_.object, site_.kind);                       \
		int result_ = (call);                                                                                  \
                                                                                                                       \
		measure_release_end(release_, &site_);                                                                 \
		result_;                                                                                               \
	})

#endif
