/* SPDX-License-Identifier: MIT */
/* real: the functions behind ours.
 *
 * REAL(name) is the next definition of `name` after ours. It can be called at any time, even before this library is
 * relocated, and asks no "resolved yet?": what is stored is the distance from a stub to the real function, 0 at first, so
 * that an early call lands in the stub (whose address is a constant distance from any of our code), which resolves all
 * functions and calls on.
 *
 * Called from   anywhere. real_resolve: the constructor, and stubs before it.
 * Not there     a function that this libc lacks refuses: ENOSYS, as its result or as -1 and errno.
 * Too early     while the loader has not relocated us (an IFUNC resolver of another object runs): only the loader's one
 *               thread exists; a stub returns 0 and does nothing, but for syscall's.
 */
#ifndef CONTEND_REAL_H
#define CONTEND_REAL_H

/* Variadic in their header; in fact they take their arguments in registers, whatever was passed. */
#define fcntl   fcntl_of_header
#define fcntl64 fcntl64_of_header
#include <fcntl.h>
#undef fcntl
#undef fcntl64

#include <dlfcn.h>
#include <mqueue.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include "libc_layout.h"

/* Ours are visible, whatever the rest of the library is built as. */
#define EXPORTED                                               __attribute__((visibility("default")))
#define FUNCTION(result, name, parameters, arguments, version) EXPORTED result name parameters;
#define FUNCTION_IN_ASSEMBLER(name)                            EXPORTED __typeof__(name) name;
#define FUNCTION_OF_LIST(name)                                 EXPORTED __typeof__(name) name;
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER
#undef FUNCTION_OF_LIST
#undef EXPORTED

#define FUNCTION_OF_LIST(name) /* has no real function */

struct real_distances {
#define FUNCTION(result, name, parameters, arguments, version) intptr_t name;
#define FUNCTION_IN_ASSEMBLER(name)                            intptr_t name;
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER
};

/* Hidden, and said so here: callers then reach it and the stubs without a table. */
#pragma GCC visibility push(hidden)

extern struct real_distances real_distances;

#define FUNCTION(result, name, parameters, arguments, version) result real_stub_##name parameters;
#define FUNCTION_IN_ASSEMBLER(name)                            __typeof__(name) real_stub_##name;
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER

#pragma GCC visibility pop

#define REAL(name) ((__typeof__(&name))((intptr_t)real_stub_##name + real_distances.name))

/* Of calls that take locks: what a wrapper calls in the end. That is the real function, unless holds are timed (hold.h). */
struct real_takings {
#define TAKING(name, parameters, arguments, lock, kind, is_likely) intptr_t name;
#include "takings.def"
#undef TAKING
};

extern struct real_takings real_takings __attribute__((visibility("hidden")));
extern bool real_takings_are_ours __attribute__((visibility("hidden"))); /* real_resolve lets them be */

#define TAKE_LOCK(name) ((__typeof__(&name))((intptr_t)real_stub_##name + real_takings.name))

/* Looks up every function. Idempotent. */
void real_resolve(void);

#endif
