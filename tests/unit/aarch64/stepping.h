/* SPDX-License-Identifier: MIT */
/* stepping: here a process cannot step through itself. */
#ifndef TESTS_UNIT_STEPPING_H
#define TESTS_UNIT_STEPPING_H

#include <stdbool.h>

enum { STEPPING_WORKS = 0 };

static inline bool stepping_call(void (*call)(void), unsigned stop_after, void (*meanwhile)(void))
{
	(void)call;
	(void)stop_after;
	(void)meanwhile;
	return false;
}

#endif
