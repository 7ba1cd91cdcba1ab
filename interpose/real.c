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

/* The results go through volatiles: with a tail call, dlsym would take its caller's caller for us and look up what comes
 * after the loader. */
static __attribute__((noinline)) void *look_up_next(const char *name)
{
	void *volatile address = dlsym(RTLD_NEXT, name);

	return address;
}

static __attribute__((noinline)) void *look_up_version(const char *name, const char *version)
{
	void *volatile address = dlvsym(RTLD_NEXT, name, version);

	return address;
}

static const void *object_of(void *address)
{
	Dl_info info;

	return address && dladdr(address, &info) ? info.dli_fbase : NULL;
}

/* Whoever comes next: another interposer, whose functions have no versions, or libc. Of libc the version asked for: some
 * of its releases give the oldest one to dlsym. */
static void *look_up(const char *name, const char *version)
{
	bool has_default = name[0] != '_' || !version;
	void *exact = version ? look_up_version(name, version) : NULL;
	void *next = has_default ? look_up_next(name) : exact; /* one that fails would allocate and leave a dlerror */

	return exact && object_of(exact) == object_of(next) ? exact : next;
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
