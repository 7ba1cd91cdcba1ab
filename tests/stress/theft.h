/* SPDX-License-Identifier: MIT */
/* theft: takes every descriptor that there is, or could be, and uses their numbers itself. What is then written to them comes from
 * nobody else, and nobody else closes them. By system calls that nobody sees.
 *
 * Called from   one thread of a process at a time; no other may have a descriptor from `first` on.
 */
#ifndef CONTEND_TESTS_STRESS_THEFT_H
#define CONTEND_TESTS_STRESS_THEFT_H

#include "stress.h"

/* Closes all descriptors from `first` on in some way, opens files and sockets in their place, and uses them for a while. Ends the
 * process with a line if one of them is not as it was left. */
void theft_commit(struct stress_random *random, int first);

#endif
