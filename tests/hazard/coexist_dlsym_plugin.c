/* SPDX-License-Identifier: MIT */
/* A preload that stands in front of dlsym, as overlays for games and capture tools do, and calls the real one: for which it is
 * the caller then, so that "next" is what comes after this library. */
#include <dlfcn.h>
#include <stddef.h>

#include "architecture.h"

unsigned coexist_dlsym_calls;

void *dlsym(void *restrict library, const char *restrict name)
{
	static void *(*next)(void *, const char *);
	void *volatile address; /* no tail call */

	if (!next)
		next = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", OLDEST_VERSION);
	coexist_dlsym_calls++;
	address = next(library, name);
	return address;
}
