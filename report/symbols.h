/* SPDX-License-Identifier: MIT */
/* symbols: the names of all code addresses of a snapshot.
 *
 * Names         the function symbol that covers the address, without its version, as the object spells it (C++
 *               mangled); which one, where several begin at the same address, symbol_search.h tells. From the object's .symtab and .dynsym and from its separate debug file (by build id). A
 *               file whose build id is not the one that was loaded is not used. Without a symbol `object+0xaddress`
 *               (the object's own address, as addr2line takes it), each distinct. `[unknown]+0xaddress` where no
 *               object is known, `[truncated]` and `[overflow]` for pseudo frames.
 * Cost          one pass over each object's symbols; memory for the addresses, not for the symbols.
 * Memory        private heap, given back by symbols_free.
 */
#ifndef CONTEND_SYMBOLS_H
#define CONTEND_SYMBOLS_H

#include "snapshot.h"

struct symbols;

/* Objects are looked for below `root`, and nothing outside of it is opened, wherever paths and links lead (/proc/PID/root for
 * another process; "" for one's own). Objects that cannot be read only leave addresses without names. 0 or -ENOMEM. */
int symbols_resolve(const struct snapshot *snapshot, const char *root, struct symbols **out_symbols);

/* symbols_free(NULL) does nothing. */
void symbols_free(struct symbols *symbols);

/* Distinct frames are numbered from 0 in ascending order. */
size_t symbols_count(const struct symbols *symbols);

/* The number of a frame of the snapshot. */
uint32_t symbols_number(const struct symbols *symbols, uint64_t frame);

/* Never NULL; valid until symbols_free. */
const char *symbols_name(const struct symbols *symbols, uint32_t number);

/* What lock number `number` of the snapshot is called (lock_texts.h), "" if there is none of that number. Valid as long. */
const char *symbols_lock(const struct symbols *symbols, uint32_t number);

#endif
