/* SPDX-License-Identifier: MIT
 *
 * Goal: another profiler, whose SIGPROF handler calls backtrace(), works while every wait is recorded.
 */
#include <execinfo.h>

#include "sigprof.h"

int main(void)
{
	void *first[1];

	hazard_limit(20);
	backtrace(first, 1); /* loads what it needs outside the handler */
	sigprof_run(backtrace);
	return 0;
}
