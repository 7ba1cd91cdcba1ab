/* SPDX-License-Identifier: MIT */
/* lifecycle: what we do when the process becomes multithreaded or ends. Implemented in startup.c, the one file that knows
 * both the wrappers and the reports.
 *
 * Called from   application threads, guard not held; errno is kept. Where nothing is profiled all do nothing.
 */
#ifndef CONTEND_LIFECYCLE_H
#define CONTEND_LIFECYCLE_H

#include <stdbool.h>

/* A thread is about to be created. Cheap but for the first time. */
void lifecycle_before_thread(void);

/* A thread could not be created. True: ours is gone, whose place it may have; try again. */
bool lifecycle_gives_way(void);

enum lifecycle_end {
	LIFECYCLE_END,
	LIFECYCLE_EXEC, /* becomes another program, if that does not fail */
};

/* The process is about to end without running destructors: the last dump, and the region's file is removed, unless the dump
 * failed: then `contend dump` can still write it. Not for a vfork child, whose memory is its parent's. */
void lifecycle_before_end(enum lifecycle_end end);

/* abort() was called: that is noted, and nothing else done, for a handler may yet return from it by a jump. */
void lifecycle_before_abort(void);

/* System calls may be punished soon, or files be out of reach: what a forked child has put off is done now. */
void lifecycle_before_confined(void);

/* System calls may be punished from now on: nothing more is done, at the end neither, and the region stays. */
void lifecycle_sandboxed(void);

/* An exec that was announced so has failed: another last dump will be due. What is removed stays so. */
void lifecycle_goes_on(void);

#endif
