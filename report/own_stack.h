/* SPDX-License-Identifier: MIT */
/* own_stack: run something big where the stack may be tiny: in a signal handler, or in a thread that was given little.
 *
 * Called from   any context, by one thread at a time. A signal handler that comes meanwhile runs on this stack, too.
 * Memory        OWN_STACK_BYTES of address space, of which only what is used is there, and a page below that faults.
 */
#ifndef CONTEND_OWN_STACK_H
#define CONTEND_OWN_STACK_H

#include <stdbool.h>

enum { OWN_STACK_BYTES = 256 * 1024 };

/* Once, before own_stack_run. False: there is no memory for it, and everything runs where it is called. */
bool own_stack_init(void);

/* The value of function(argument), called with at least OWN_STACK_BYTES of stack: of the thread's own, if it has so much left. */
int own_stack_run(int (*function)(const char *argument), const char *argument);

#endif
