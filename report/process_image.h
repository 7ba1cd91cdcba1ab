/* SPDX-License-Identifier: MIT */
/* process_image: the code and data of a process: what lies at an address, and who called whom.
 *
 * Called from   the tool; the library does not have it.
 * Names         from the objects' own files and their separate debug files on this machine (libdw); nothing is fetched. For a process
 *               that lives the objects are those that it has mapped, else those whose code its region saw in stacks, if their
 *               files are still the same ones.
 * Needs         of a live process the right to read its memory for stacks and for names of objects that no file holds (the vDSO).
 * Memory        malloc; texts live as long as the image.
 */
#ifndef CONTEND_PROCESS_IMAGE_H
#define CONTEND_PROCESS_IMAGE_H

#include "process_memory.h"
#include "snapshot.h"
#include "stack.h"

struct process_image;

/* Code, as people name it. */
struct code_name {
	const char *function; /* demangled; object+0xaddress where no symbol is known */
	const char *file;     /* of the source, "" if it is not known */
	int line;
};

/* pid 0: one that is dead. `root`: where it sees its files. NULL: no memory. */
struct process_image *process_image_open(pid_t pid, const struct snapshot *snapshot, const char *root,
					 struct process_memory *memory);
void process_image_close(struct process_image *image);

/* Never NULL. */
const struct code_name *process_image_code(struct process_image *image, uint64_t address);

/* The name of a function that the program called and that we stand in front of. */
const char *process_image_leaf(struct process_image *image, uint64_t address);

/* The variable that holds the address, "name" or "name+0x40". False if none is known to. */
bool process_image_find_data(struct process_image *image, uint64_t address, char *out_name, size_t bytes);

/* What is mapped there: "heap", a file's path, ...; false for memory without a name. */
bool process_image_find_mapping(const struct process_image *image, uint64_t address, char *out_name, size_t bytes);

/* The callers from `origin` on, as addresses inside the calls, the library's own left out; how many. */
unsigned process_image_walk(struct process_image *image, struct stack_origin origin, uint64_t *out_addresses,
			    unsigned limit);

#endif
