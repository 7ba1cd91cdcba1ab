/* SPDX-License-Identifier: MIT */
/* object_table: the objects that were there when the program started, for a glibc that has no lock-free way to ask.
 *
 * Such an object is never unloaded, so what was noted once stays right: no lock, no loader call, nothing to invalidate. Asking
 * the loader later is out of the question: dl_iterate_phdr waits for a lock that a thread may hold which waits for ours. So
 * code that dlopen brings is not found, and stacks end there.
 *
 * Called from   object_table_init: start-up. object_table_find: application threads, signal handlers included.
 * Memory        OBJECT_TABLE_LIMIT entries; further objects are not found.
 * Not covered   an object that a constructor opened before ours ran, and that libc itself (not the program) closes again.
 */
#ifndef CONTEND_OBJECT_TABLE_H
#define CONTEND_OBJECT_TABLE_H

#include "object.h"

#define OBJECT_TABLE_LIMIT 512

/* Notes what is loaded. Again is harmless, and does nothing. */
void object_table_init(void);

bool object_table_find(uint64_t address, struct object *out_object);

/* After a dlclose, by the thread that called it: a constructor may have opened something before start-up. */
void object_table_forget_unloaded(void);

#endif
