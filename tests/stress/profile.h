/* SPDX-License-Identifier: MIT */
/* profile: reads of a profile that was written what a storm must know of it, without a wait that anybody sees.
 *
 * Called from   any thread. Decoding in full is tests/decode's business.
 */
#ifndef CONTEND_TESTS_STRESS_PROFILE_H
#define CONTEND_TESTS_STRESS_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

struct profile {
	uint64_t taken_ns;   /* CLOCK_REALTIME */
	uint64_t events;     /* of all samples */
	uint64_t written_ns; /* when the file got its name, by the clock of the file system, which may lag */
};

/* False if there is no such file. Ends the process with a line if it is not whole. */
bool profile_read(const char *path, struct profile *out_profile);

#endif
