/* SPDX-License-Identifier: MIT */
/* object: a loaded ELF object (executable, library, vDSO), as its headers in memory describe it.
 *
 * Called from   application threads, signal handlers included; no allocation, lock, system call.
 * Finding       _dl_find_object: lock-free, knows nothing of code that no loader loaded. Where libc has none (before 2.35) only
 *               the objects that were there at start-up are found: object_table.h.
 * Believes      nothing but loader and kernel: a header that does not lie where they put it is not used.
 * Lifetime      all pointers are into the object: it must stay loaded, so the address must be on the caller's stack.
 */
#ifndef CONTEND_OBJECT_H
#define CONTEND_OBJECT_H

#include <dlfcn.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

struct object {
	uint64_t low_address; /* of the mapping, or of one segment where there are holes between them */
	uint64_t high_address;
	uint64_t load_bias;         /* address = ELF virtual address + load_bias */
	uint64_t unwind_header;     /* .eh_frame_hdr; 0: none */
	const Elf64_Phdr *segments; /* program headers */
	unsigned segment_count;
	const char *name; /* as the loader calls it; "" is the main program */
};

typedef __typeof__(_dl_find_object) object_finder;

/* Before anything is to be found. find: libc's _dl_find_object, NULL if it has none. Again is harmless. */
void object_init(object_finder *find);

/* The object that holds `address`. False if there is none, or its headers are not usable. */
bool object_find(uint64_t address, struct object *out_object);

/* Does all of [start, limit) belong to one object that is loaded? Reads nothing of it. */
bool object_is_loaded(uint64_t start, uint64_t limit);

/* After a dlclose, by the thread that called it. */
void object_forget_unloaded(void);

/* The loadable segment that holds all of [address, address + bytes) and has all of `flags` (PF_R, PF_X); or NULL. */
const Elf64_Phdr *object_segment(const struct object *object, uint64_t address, uint64_t bytes, uint32_t flags);

/* The search table over the unwind information: pairs of 32-bit offsets from `base`, to code and to its entry. */
struct object_unwind_index {
	uint64_t base;
	uint64_t entries;
	uint64_t bytes;
};

/* False if there is none of the form that all linkers write. That the entries can be read is not promised. */
bool object_find_unwind_index(const struct object *object, struct object_unwind_index *out_index);

/* The GNU build id; *out_bytes is 0, and the result NULL, if there is none. */
const uint8_t *object_build_id(const struct object *object, uint32_t *out_bytes);

#endif
