/* SPDX-License-Identifier: MIT
 * One of two plug-ins of the same shape with frames of different size, so that the same code address has different callers.
 */
#include "hazard.h"

__attribute__((noinline)) static int deep(struct hazard_rival *rival, int depth)
{
	volatile char frame[16];

	frame[0] = depth;
	if (depth == 0)
		hazard_rival_meet(rival, 2);
	else
		deep(rival, depth - 1);
	return frame[0];
}

int dlclose_reload_run(struct hazard_rival *rival)
{
	return deep(rival, 6);
}
