/* SPDX-License-Identifier: MIT */
/* measure: one blocking call, or one release, measured around the real function.
 *
 * Called from   wrappers. Neither errno nor the result is touched; the guard is not held while the real function runs.
 * Cancellation  a wait ends in a cleanup, which also runs when the thread is cancelled in the real call.
 */
#ifndef CONTEND_MEASURE_H
#define CONTEND_MEASURE_H

#include <stdbool.h>

#include "real.h"
#include "record.h"

/* Where the application called: of kind `kind` in function `name`. In the wrapper's own frame only. */
#define MEASURE_SITE(wait_kind, name)                                                                                  \
	((struct record_site){.kind = (wait_kind),                                                                     \
			      .leaf_address = REAL_ADDRESS(name),                                                      \
			      .frame_pointer = __builtin_frame_address(0)})

struct measure_wait {
	struct record_wait wait;
	bool is_measured;
	bool was_refused; /* the call failed without having waited */
};

struct measure_wait measure_wait_begin(struct record_site site, const void *lock);

/* Ends what measure_wait_begin began; the cleanup of MEASURED. */
void measure_wait_end(struct measure_wait *measured);

/* Is this result of a pthread function a refusal, given at once? */
bool measure_is_refusal(int error);

/* The value of `call`, evaluated once, measured as a wait at `site` for `lock` (NULL: releases of nothing are charged). */
#define MEASURED(site, lock, call)                                                                                     \
	({                                                                                                             \
		__attribute__((cleanup(measure_wait_end))) struct measure_wait measured_ =                             \
			measure_wait_begin((site), (lock));                                                            \
		int error_ = (call);                                                                                   \
                                                                                                                       \
		measured_.was_refused = measure_is_refusal(error_);                                                    \
		error_;                                                                                                \
	})

/* `lock` is about to be released: what its waiters waited since the last release. */
struct record_release measure_release_begin(const void *lock);

/* It was released: into the profile with it. */
void measure_release_end(struct record_release release, const struct record_site *site);

#endif
