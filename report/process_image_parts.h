/* SPDX-License-Identifier: MIT */
/* process_image_parts: what the files of process_image share. */
#ifndef CONTEND_PROCESS_IMAGE_PARTS_H
#define CONTEND_PROCESS_IMAGE_PARTS_H

#include <elfutils/libdwfl.h>
#include <limits.h>
#include <stdio.h>

#include "process_image.h"

struct process_image {
	Dwfl *dwfl;
	char root[PATH_MAX];
	struct process_memory *memory;
	void *codes;                /* struct code, by address (tsearch) */
	struct stack_origin origin; /* of the walk that is under way */
	uint64_t *next, *end;       /* frames that it writes */
	bool has_threads;
	FILE *maps; /* of a live process; NULL: none */
};

/* The object that holds the address, or NULL. */
Dwfl_Module *process_image_module_at(struct process_image *image, uint64_t address);

/* The last part of its path. */
const char *process_image_module_name(Dwfl_Module *module);

#endif
