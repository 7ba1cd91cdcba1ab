/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

#include "real.h"

struct real_distances real_distances;

/* Holds its own address once the loader has relocated us, and something else before. */
static void *volatile relocated_marker = (void *)&relocated_marker;

static bool is_relocated(void)
{
	return relocated_marker == (void *)&relocated_marker;
}

/* The result goes through a volatile: with a tail call, dlsym would take its caller's caller for us and look up what
 * comes after the loader. */
static __attribute__((noinline)) void *look_up(const char *name, const char *version)
{
	void *volatile address = version ? dlvsym(RTLD_NEXT, name, version) : NULL;

	if (!address)
		address = dlsym(RTLD_NEXT, name);
	return address;
}

void real_resolve(void)
{
	void *address;

#define FUNCTION(result, name, parameters, arguments, version)                                                         \
	address = look_up(#name, version);                                                                             \
	if (address)                                                                                                   \
		real_distances.name = (intptr_t)address - (intptr_t)real_stub_##name;
#include "functions.def"
#undef FUNCTION
}

#define FUNCTION(result, name, parameters, arguments, version)                                                         \
	result real_stub_##name parameters                                                                             \
	{                                                                                                              \
		if (!is_relocated())                                                                                   \
			return (result)0;                                                                              \
		real_resolve();                                                                                        \
		if (real_distances.name == 0)                                                                          \
			return (result)ENOSYS;                                                                         \
		return REAL(name) arguments;                                                                           \
	}
#include "functions.def"
#undef FUNCTION
