/* SPDX-License-Identifier: MIT */
/* measure: one blocking call, or one release, measured around the real function.
 *
 * Called from   wrappers. Neither errno nor the result is touched; the guard is not held while the real function runs.
 * Cancellation  MEASURED_CANCELLABLE ends its wait in a cleanup handler, by libc's own mechanism for C: a cleanup by
 *               unwinding would make this library need libgcc_s. MEASURED is for calls that are no cancellation points; what
 *               an asynchronous cancellation leaves of them, the thread's next wait or its end clears away.
 */
#ifndef CONTEND_MEASURE_H
#define CONTEND_MEASURE_H

#include <stdbool.h>

#include "real.h"
#include "record.h"

/* Where the application called: of kind `kind` in function `name`. In the wrapper's own frame only. */
#define MEASURE_SITE(wait_kind, name)                                                                                  \
	((struct record_site){                                                                                         \
		.kind = (wait_kind), .leaf_address = REAL_ADDRESS(name), .frame_pointer = __builtin_frame_address(0)})

struct measure_wait {
	struct record_wait wait;
	bool is_measured;
};

struct measure_wait measure_wait_begin(struct record_site site, const void *lock);

/* Ends what measure_wait_begin began. error: what the real function returned. */
void measure_wait_end(struct measure_wait *measured, int error);

/* The same after a cancellation; the cleanup handler of MEASURED_CANCELLABLE. */
void measure_wait_cancelled(void *measured);

/* The value of `call`, evaluated once, measured as a wait at `site` for `lock` (NULL: releases of nothing are charged). */
#define MEASURED(site, lock, call)                                                                                     \
	({                                                                                                             \
		struct measure_wait measured_ = measure_wait_begin((site), (lock));                                    \
		int error_ = (call);                                                                                   \
                                                                                                                       \
		measure_wait_end(&measured_, error_);                                                                  \
		error_;                                                                                                \
	})

/* The same for a cancellation point. */
#define MEASURED_CANCELLABLE(site, lock, call)                                                                         \
	({                                                                                                             \
		struct measure_wait measured_ = measure_wait_begin((site), (lock));                                    \
		int error_;                                                                                            \
                                                                                                                       \
		pthread_cleanup_push(measure_wait_cancelled, &measured_);                                              \
		error_ = (call);                                                                                       \
		pthread_cleanup_pop(0);                                                                                \
		measure_wait_end(&measured_, error_);                                                                  \
		error_;                                                                                                \
	})

/* `lock` is about to be released: what its waiters waited since the last release. */
struct record_release measure_release_begin(const void *lock);

/* It was released: into the profile with it. */
void measure_release_end(struct record_release release, const struct record_site *site);

#endif
