/* SPDX-License-Identifier: MIT */
/* measure: one blocking call, or one release, measured around the real function.
 *
 * Called from   wrappers. Neither errno nor the result is touched; the guard is not held while the real function runs.
 * Cancellation  MEASURED_CANCELLABLE ends its wait in a cleanup handler, by libc's own mechanism for C: a cleanup by
 *               unwinding would make this library need libgcc_s. MEASURED is for calls that are no cancellation points; what
 *               an asynchronous cancellation or an exception leaves of them, the thread's next wait or its end clears away.
 */
#ifndef CONTEND_MEASURE_H
#define CONTEND_MEASURE_H

#include <stdbool.h>

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
			      .frame_pointer = __builtin_frame_address(0)})

/* wait->site is set, nothing else need be. */
void measure_wait_begin(struct record_wait *wait);

/* Ends what measure_wait_begin began. */
void measure_wait_end(struct record_wait *wait, enum wait_outcome outcome);

/* The same after a cancellation; the cleanup handler of MEASURED_CANCELLABLE. */
void measure_wait_cancelled(void *wait);

/* What results tell: of functions that return an error number, of those that return -1 and set errno, and of C11's. */
enum wait_outcome measure_outcome_of_error(int error);
enum wait_outcome measure_outcome_of_errno(long result);
enum wait_outcome measure_outcome_of_c11(int result);

/* As of errno, for calls that answer EAGAIN at once or when their own time is over (SO_RCVTIMEO, sigtimedwait). */
enum wait_outcome measure_outcome_of_io(long result);

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

/* The same for a cancellation point. */
#define MEASURED_CANCELLABLE(outcome_of, place, call)                                                                  \
	({                                                                                                             \
		struct record_wait wait_;                                                                              \
		int result_;                                                                                           \
                                                                                                                       \
		wait_.site = (place);                                                                                  \
		measure_wait_begin(&wait_);                                                                            \
		pthread_cleanup_push(measure_wait_cancelled, &wait_);                                                  \
		result_ = (call);                                                                                      \
		pthread_cleanup_pop(0);                                                                                \
		measure_wait_end(&wait_, outcome_of(result_));                                                         \
		result_;                                                                                               \
	})

/* Up to `waiters` that wait for the site's object are about to be woken by the calling thread, for the profile `wake`. */
void measure_wake(const struct record_site *site, unsigned waiters);

/* What the waiters of an object waited since its last release; to be taken before the real release. */
struct record_release measure_release_begin(const void *object);

/* It was released: into the profile with it. The object is not looked at: its memory may be gone. */
void measure_release_end(struct record_release release, const struct record_site *site);

/* The value of `call`, evaluated once, measured as a release at `site`. */
#define RELEASED(site, call)                                                                                           \
	({                                                                                                             \
		struct record_site site_ = (site);                                                                     \
		struct record_release release_ = measure_release_begin(site_.object);                                  \
		int result_ = (call);                                                                                  \
                                                                                                                       \
		measure_release_end(release_, &site_);                                                                 \
		result_;                                                                                               \
	})

#endif
