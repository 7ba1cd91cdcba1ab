/* SPDX-License-Identifier: MIT */
/* process_objects: what a live process has mapped: objects with code and variables, and what else has a name.
 *
 * Called from   the tool; the library does not have it.
 * Needs         the right to trace the process: its list of mappings, and its memory, where objects' headers are.
 * Trust         none: headers are those of a process that may have made them up. All that is read is a copy; what is no object that
 *               can be used has no code.
 * Memory        private heap, and for each object whose code is met a copy of its unwind tables. One reader at a time.
 */
#ifndef CONTEND_PROCESS_OBJECTS_H
#define CONTEND_PROCESS_OBJECTS_H

#include "object.h"
#include "process_memory.h"
#include "snapshot.h"

struct process_objects;

/* memory: alive until process_objects_close. 0 or -errno. */
int process_objects_open(pid_t pid, const struct process_memory *memory, struct process_objects **out_objects);

/* process_objects_close(NULL) does nothing. */
void process_objects_close(struct process_objects *objects);

/* The frame (frame.h) of an address of code, whose module is one of process_objects_modules; of FRAME_MODULE_UNKNOWN if it is in no
 * object. */
uint64_t process_objects_frame(struct process_objects *objects, uint64_t address);

/* Those that were met so far, by their numbers in frames. They live until the next one is met. */
const struct snapshot_module *process_objects_modules(const struct process_objects *objects, size_t *out_count);

/* A copy of the object of a frame that was made here, fit to be asked for its unwind rules; *out_shift: from the process's addresses to the copy's. */
const struct object *process_objects_copy(const struct process_objects *objects, uint64_t frame, uint64_t *out_shift);

/* The same for an address where an object may have a variable. */
uint64_t process_objects_data_frame(struct process_objects *objects, uint64_t address);

/* What is mapped there: "heap", a file's path, ...; NULL for memory without a name. */
const char *process_objects_mapping(const struct process_objects *objects, uint64_t address);

#endif
