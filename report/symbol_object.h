/* SPDX-License-Identifier: MIT */
/* symbol_object: the symbols of one object that a process has loaded, from its file and its separate debug file.
 *
 * Trust         a file whose build id is not the one that was loaded is not used.
 * Memory        private heap for the search, query->names for the names.
 */
#ifndef CONTEND_SYMBOL_OBJECT_H
#define CONTEND_SYMBOL_OBJECT_H

#include "snapshot.h"
#include "symbol_search.h"

/* Entries of symbol tables, of all objects together: several times what the largest programs have, a second's work. */
#define SYMBOL_OBJECT_LIMIT (UINT64_C(1) << 26)

/* Writes the names of the addresses, and how far behind their begins these lie (symbol_search_finish). The files are looked for below
 * `root`; without them nothing has a name. 0 or -ENOMEM. */
int symbol_object_search(const struct snapshot_module *module, const char *root, const struct symbol_query *query,
			 const char **out_names, uint64_t *out_offsets);

#endif
