/* SPDX-License-Identifier: MIT */
/* modules: the objects (executable, libraries, vDSO) whose code was seen in a stack, kept after they are unloaded.
 *
 * Called from   application threads, guard held; readers from reports, also in another process.
 * Memory        MODULES_LIMIT entries and MODULES_STRING_BYTES of paths in the region; entries are never reused.
 * When full     modules_find answers FRAME_MODULE_UNKNOWN and LOSS_MODULES_FULL is counted. Without room for its path an entry
 *               has none: LOSS_PATHS_FULL.
 * Reading       an entry whose `ready` is 0 is being written; treat it as unknown. All fields of a ready entry
 *               but `retired` are constant. In another process's region believe nothing before checking it.
 *
 *               find   forget_unloaded   read     -: nothing needed
 *   find         -           -            -
 *   forget       -           -            -
 */
#ifndef CONTEND_MODULES_H
#define CONTEND_MODULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MODULES_LIMIT          1024
#define MODULES_STRING_BYTES   (64 * 1024)
#define MODULES_BUILD_ID_BYTES 32

/* One executable segment of one loaded object: what one executable line of /proc/self/maps says. */
struct module {
	_Atomic uint64_t start;   /* first address, page aligned; 0: entry is free. Claimed by compare-and-swap. */
	uint64_t limit;           /* address after the last, page aligned */
	uint64_t file_offset;     /* of start, bytes */
	uint64_t load_bias;       /* address = ELF virtual address + load_bias */
	_Atomic uint32_t ready;   /* 1 once all other fields may be read (release/acquire) */
	_Atomic uint32_t retired; /* 1 after dlclose: the same addresses may belong to another entry now */
	uint32_t path_offset;     /* into strings; not terminated there */
	uint16_t path_bytes;
	uint8_t build_id_bytes;
	uint8_t build_id[MODULES_BUILD_ID_BYTES];
};

struct modules {
	_Atomic uint32_t string_bytes;        /* used of strings */
	struct module entries[MODULES_LIMIT]; /* number 0 stays free: it is FRAME_MODULE_UNKNOWN */
	char strings[MODULES_STRING_BYTES];
};

/* modules: zeroed memory of the region. program_path: what the main executable is called (the loader does not know). */
void modules_init(struct modules *modules, const char *program_path);

/* The number of the loaded object that holds `address`, entering it at first sight. Lock-free; no system call; no
 * loader lock (_dl_find_object). The code at `address` must be loaded and stay so during the call (it is on the stack
 * of the caller). */
uint32_t modules_find(uint64_t address);

/* The same for an address in the data of an object: its number is that of its first code. FRAME_MODULE_UNKNOWN if that is no
 * object's. */
uint32_t modules_find_data(uint64_t address);

/* Is that an object's data? As modules_find_data, without entering it. */
bool modules_has_data(uint64_t address);

/* Was that object unloaded? */
bool modules_is_retired(uint32_t number);

/* After a dlclose: retires every entry whose object is gone. */
void modules_forget_unloaded(void);

#endif
