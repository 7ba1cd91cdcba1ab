/* SPDX-License-Identifier: MIT */
/* preload: how this library came into the process, and how it stays out of others.
 *
 * Called from   the constructor.
 */
#ifndef CONTEND_PRELOAD_H
#define CONTEND_PRELOAD_H

#include <stdbool.h>

/* Were we loaded before libc, so that the program's calls reach us? Not so after a dlopen. */
bool preload_came_first(void);

/* Takes us, and only us, out of LD_PRELOAD in `environment`, for the programs that this one starts. */
void preload_forget(char **environment);

#endif
