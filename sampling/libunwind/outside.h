/* SPDX-License-Identifier: MIT */
/* outside: what libunwind finds outside of itself. It is linked into one object with libunwind (../libunwind.sh).
 *
 * libunwind allocates small blocks while it steps and frees them before it returns. They come from memory that the
 * caller lends for one step: no lock, nothing shared between threads, nothing to clean up when a step is abandoned.
 */
#ifndef CONTEND_LIBUNWIND_OUTSIDE_H
#define CONTEND_LIBUNWIND_OUTSIDE_H

#include <stdint.h>

#include "libunwind.h"

/* The larger of its two kinds of blocks: a word and a byte for each register, on aarch64 for those of vectors, too. */
#ifdef __aarch64__
#define LIBUNWIND_BLOCK_BYTES 912
#else
#define LIBUNWIND_BLOCK_BYTES 192
#endif
#define LIBUNWIND_BLOCKS 3 /* one for the common information entry, the rest for nested DW_CFA_remember_state */

struct libunwind_blocks {
	_Alignas(16) uint8_t bytes[LIBUNWIND_BLOCKS][LIBUNWIND_BLOCK_BYTES];
	uint32_t used; /* one bit each */
};

/* The blocks of the step that this thread takes. Set by the caller of libunwind, back to what it was afterwards. */
extern _Thread_local struct libunwind_blocks *libunwind_blocks;

/* Of libunwind, but in none of its public headers: finds `address` in a search table and fills *out_info. */
#define unw_search_unwind_table UNW_OBJ(dwarf_search_unwind_table)
int unw_search_unwind_table(unw_addr_space_t space, unw_word_t address, unw_dyn_info_t *table,
			    unw_proc_info_t *out_info, int need_unwind_info, void *argument);

#endif
