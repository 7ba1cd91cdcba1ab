/* SPDX-License-Identifier: MIT */
/* Overrides     what waits.def lists: the calls that only wait, and popen.
 * All are cancellation points, or may be.
 */
#include <sys/mman.h>

#include "measure.h"

/* The value of `call`, measured as a wait at `place`. `descriptor` and `outcome` are evaluated after it and may use RESULT. */
#define RESULT waited_
#define WAITED(place, call, descriptor, outcome)                                                                       \
	({                                                                                                             \
		struct record_wait wait_;                                                                              \
		__typeof__(call) RESULT;                                                                               \
                                                                                                                       \
		wait_.site = (place);                                                                                  \
		measure_wait_begin(&wait_);                                                                            \
		pthread_cleanup_push(measure_wait_cancelled, &wait_);                                                  \
		RESULT = (call);                                                                                       \
		pthread_cleanup_pop(0);                                                                                \
		wait_.site.file = (descriptor);                                                                        \
		measure_wait_end(&wait_, (outcome));                                                                   \
		RESULT;                                                                                                \
	})

#define WAITING(result, name, parameters, arguments, kind, file, may_wait, outcome)                                    \
	result name parameters                                                                                         \
	{                                                                                                              \
		if (!record_waits_are_on() || !(may_wait))                                                             \
			return REAL(name) arguments;                                                                   \
		return WAITED(MEASURE_SITE(kind, REAL(name), NULL), REAL(name) arguments, file, outcome);              \
	}
#include "waits.def"
