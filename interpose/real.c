/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "kernel.h"
#include "libc_layout.h"
#include "libc_versions.h"
#include "object.h"
#include "real.h"

struct real_distances real_distances;
struct real_takings real_takings;
bool real_takings_are_ours;

/* Holds its own address once the loader has relocated us, and something else before. */
static void *volatile relocated_marker = (void *)&relocated_marker;

static bool is_relocated(void)
{
	return relocated_marker == (void *)&relocated_marker;
}

/* The loader's functions, as far as they are there. */
static struct {
	__typeof__(dlsym) *symbol;
	__typeof__(dlvsym) *version;
	__typeof__(dlerror) *error;
} loader;

/* Before glibc 2.34, dl* are in a library that a program may do without. libc then opens libraries by private functions, which
 * later releases do not have. */
extern void *__libc_dlopen_mode(const char *name, int mode) __attribute__((weak));
extern void *__libc_dlsym(void *library, const char *name) __attribute__((weak));

enum { LOADER_OPENS_ITSELF = INT_MIN }; /* __RTLD_DLOPEN */

/* The results go through volatiles: with a tail call, dlsym would take its caller's caller for us and look up what comes
 * after the loader. */
static __attribute__((noinline)) void *look_up_next(const char *name)
{
	void *volatile address = loader.symbol(RTLD_NEXT, name);

	return address;
}

static __attribute__((noinline)) void *look_up_version(const char *name, const char *version)
{
	void *volatile address = loader.version(RTLD_NEXT, name, version);

	return address;
}

static void loader_find(void)
{
	void *library;

	loader.symbol = dlsym;
	loader.version = dlvsym;
	loader.error = dlerror;
	if (loader.symbol || !__libc_dlopen_mode || !__libc_dlsym)
		return;
	library = __libc_dlopen_mode("libdl.so.2", RTLD_NOW | LOADER_OPENS_ITSELF);
	if (!library)
		return;
	loader.version = __libc_dlsym(library, "dlvsym");
	loader.error = __libc_dlsym(library, "dlerror");
	loader.symbol = __libc_dlsym(library, "dlsym");
}

/* Whoever stands in front of these two functions is the caller of the real ones then, for whom "next" are perhaps our own
 * functions. As we do not offer them, the next of them is the loader's, whoever asks. */
static void loader_pass_others(void)
{
	void *version = look_up_version("dlvsym", FIRST_VERSION);
	void *symbol = look_up_version("dlsym", FIRST_VERSION);

	if (version && symbol) {
		loader.version = version;
		loader.symbol = symbol;
	}
}

/* For a process without threads. */
static int once_alone(pthread_once_t *control, void (*routine)(void))
{
	enum { DONE = 2 };

	if (*control == PTHREAD_ONCE_INIT) {
		routine();
		*control |= DONE;
	}
	return 0;
}

static int succeed_alone(void)
{
	return libc_has_threads() ? ENOSYS : 0;
}

static void find_takings(void)
{
#define TAKING(name, parameters, arguments, lock, kind, is_likely) real_takings.name = real_distances.name;
	if (!real_takings_are_ours) {
#include "takings.def"
	}
#undef TAKING
}

/* Before glibc 2.34 its libraries, dlsym among them, ask for these functions by weak names: if they are missing there are no
 * threads. As ours are never missing, something must stand in for the real ones, until these are found or for good. */
static void *stand_in_for(const char *name)
{
	if (strcmp(name, "__pthread_once") == 0 || strcmp(name, "pthread_once") == 0)
		return once_alone;
	return strncmp(name, "__pthread_", strlen("__pthread_")) == 0 ? succeed_alone : NULL;
}

static void stand_in(void)
{
	void *address;

#define FUNCTION(result, name, parameters, arguments, version)                                                         \
	address = stand_in_for(#name);                                                                                 \
	if (address && real_distances.name == 0)                                                                       \
		real_distances.name = (intptr_t)address - (intptr_t)real_stub_##name;
#define FUNCTION_IN_ASSEMBLER(name) /* libc has it */
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER
	find_takings();
}

/* Before glibc 2.34: a plug-in may have brought libpthread later, for itself alone, and yet it finds our functions. */
static void *look_up_late(const char *name, const char *version)
{
	void *library;

	if (!__libc_dlopen_mode)
		return NULL;
	library = __libc_dlopen_mode("libpthread.so.0", RTLD_NOW | RTLD_NOLOAD | LOADER_OPENS_ITSELF);
	if (!library)
		return NULL;
	return version ? loader.version(library, name, version) : loader.symbol(library, name);
}

static bool is_same_object(const void *one, const void *other)
{
	struct object object, another;

	return object_find((uint64_t)one, &object) && object_find((uint64_t)other, &another) &&
	       object.load_bias == another.load_bias;
}

/* Whoever comes next: another interposer, whose functions have no versions, or libc. Of libc the version asked for: some
 * of its releases give the oldest one to dlsym. */
static void *look_up(const char *name, const char *asked_version)
{
	const char *version = libc_is_old_name(name) ? FIRST_VERSION : asked_version;
	bool has_default = name[0] != '_' || !version;
	void *exact = version ? look_up_version(name, version) : NULL;
	void *next = has_default ? look_up_next(name) : exact; /* one that fails would allocate and leave a dlerror */

	if (!next)
		return look_up_late(name, version);
	return exact && is_same_object(exact, next) ? exact : next;
}

void real_resolve(void)
{
	object_finder *find_object;
	bool has_all;
	void *address;

	stand_in();
	loader_find();
	if (!loader.symbol)
		return;
	loader_pass_others();
	find_object = look_up_next("_dl_find_object");
	object_init(find_object);
	has_all = find_object != NULL;
#define LOOK_UP(symbol, name, version)                                                                                 \
	address = look_up(symbol, version);                                                                            \
	if (address)                                                                                                   \
		real_distances.name = (intptr_t)address - (intptr_t)real_stub_##name;                                  \
	has_all = has_all && address;
#define FUNCTION(result, name, parameters, arguments, version)     LOOK_UP(#name, name, version)
#define FUNCTION_OLD(result, name, parameters, arguments, version) LOOK_UP(#name, old_##name, version)
#define FUNCTION_IN_ASSEMBLER(name)                                LOOK_UP(#name, name, NULL)
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER
#undef LOOK_UP
	find_takings();
	/* What an old libc lacks has left an error, which is not the program's. */
	if (!has_all)
		loader.error();
}

#define STUB(result, name, parameters, arguments, refusal)                                                             \
	result real_stub_##name parameters                                                                             \
	{                                                                                                              \
		if (!is_relocated())                                                                                   \
			return (result)0;                                                                              \
		real_resolve();                                                                                        \
		if (real_distances.name == 0)                                                                          \
			return (result)(refusal);                                                                      \
		return REAL(name) arguments;                                                                           \
	}
#define FUNCTION(result, name, parameters, arguments, version) STUB(result, name, parameters, arguments, ENOSYS)
#define WAITING(result, name, parameters, arguments, kind, file, may_wait, outcome)                                    \
	STUB(result, name, parameters, arguments, (errno = ENOSYS, (intptr_t)-1))
#define FUNCTION_IN_ASSEMBLER(name) /* below */
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER

/* Whoever asks the kernel for something gets it, however early it is; but there may be no errno yet. */
static long call_kernel(long number, const long arguments[6])
{
	long result =
		kernel_call(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);

	if (result >= 0 || result < -4095)
		return result;
	if (is_relocated())
		errno = (int)-result;
	return -1;
}

long real_stub_syscall(long number, ...)
{
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (is_relocated())
		real_resolve();
	if (real_distances.syscall == 0)
		return call_kernel(number, arguments);
	return REAL(syscall)(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			     arguments[5]);
}
