/* SPDX-License-Identifier: MIT */
/* Overrides     what waits.def lists: the calls that only wait.
 * Most are cancellation points. A wait that is cancelled is given up when the thread waits again or ends, and counted as
 * lost: nobody was told of it, so nothing must be undone at once, and a cleanup handler would be a fifth of what a read of
 * one byte may cost.
 */
#include <sys/mman.h>

#include "file_type.h"
#include "measure.h"

/* The value of `call`, measured as a wait at `place`. `descriptor` is evaluated before it, with a RESULT of 0, and after it, and may
 * use RESULT; `outcome` after it. */
#define RESULT waited_
#define WAITED(place, call, descriptor, outcome)                                                                       \
	({                                                                                                             \
		struct record_wait wait_;                                                                              \
		__typeof__(call) RESULT = 0;                                                                           \
                                                                                                                       \
		wait_.site = (place);                                                                                  \
		wait_.site.file = (descriptor);                                                                        \
		measure_wait_begin(&wait_);                                                                            \
		RESULT = (call);                                                                                       \
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
