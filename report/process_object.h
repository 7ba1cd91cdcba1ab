/* SPDX-License-Identifier: MIT */
/* process_object: one object that another process has mapped, by the headers and the tables that lie in its memory.
 *
 * Called from   process_objects.
 * Trust         none: sizes and places are checked against each other and against bounds.
 */
#ifndef CONTEND_PROCESS_OBJECT_H
#define CONTEND_PROCESS_OBJECT_H

#include "modules.h"
#include "object.h"
#include "process_memory.h"

enum { PROCESS_OBJECT_HEADERS = 64 };

struct process_object {
	const char *path;
	uint64_t start, limit; /* of all its segments in memory */
	uint64_t load_bias;
	Elf64_Phdr headers[PROCESS_OBJECT_HEADERS];
	unsigned header_count;

	/* Known once it is open. */
	bool is_open;
	uint8_t build_id[MODULES_BUILD_ID_BYTES]; /* the first of it */
	size_t build_id_bytes;
	void *bytes; /* as far as its segments reach; zero where nobody needs to know */
	struct object copy;
};

/* The object whose first byte is mapped at `start`; false if there is none that can be used. */
bool process_object_read(const struct process_memory *memory, uint64_t start, struct process_object *out_object);

/* Copies build id and unwind tables; what cannot be read is missing. Again is harmless. The object must stay where it is. */
void process_object_open(const struct process_memory *memory, struct process_object *object);

void process_object_close(struct process_object *object);

#endif
