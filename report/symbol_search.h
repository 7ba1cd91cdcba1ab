/* SPDX-License-Identifier: MIT */
/* symbol_search: the best symbols for many addresses of one object, from one or several of its symbol tables.
 *
 * Variables     only a symbol with a size that covers the address; else as for functions.
 * Best          a symbol with a size that covers the address, the one that begins last; among those that begin
 *               together: a function, then one that we stand in front of, then fewest leading underscores, then global
 *               before weak before local, then the shortest name, then the first in the alphabet. Else the nearest symbol without size before it in the
 *               same section, if no other symbol begins between.
 * Cost          O(symbols * log addresses), and for each symbol the addresses that it covers; the latter has a bound,
 *               so a file with absurd sizes costs time in proportion to its length; and since holes make files long for nothing,
 *               so has the number of symbols.
 * Memory        private heap for the search, `names` for the names.
 */
#ifndef CONTEND_SYMBOL_SEARCH_H
#define CONTEND_SYMBOL_SEARCH_H

#include "arena.h"
#include "elf_file.h"

enum symbol_type { SYMBOL_FUNCTION, SYMBOL_VARIABLE };

struct symbol_match {
	uint64_t start;
	uint64_t limit;   /* the symbol cannot mean this address and later ones */
	const char *name; /* NULL: no match */
	uint8_t is_function;
	uint8_t binding; /* 2 global, 1 weak, 0 local */
};

struct symbol_search {
	enum symbol_type type;
	const uint64_t *addresses; /* ascending, as the object numbers them */
	size_t count;
	struct symbol_match *sized; /* of each address: best symbol that covers it */
	struct symbol_match
		*unsized;  /* of each address: nearest symbol without size between the address before and it */
	uint64_t *nearest; /* of each address: begin of the nearest symbol at all between, plus 1; 0: none */
	struct arena *names;
	char *text; /* the name that is being looked at */
	uint64_t work_left;
	uint64_t *symbols_left;
};

/* What is looked for. */
struct symbol_query {
	enum symbol_type type;
	const uint64_t *addresses; /* ascending, as the object numbers them; alive until symbol_search_free */
	size_t count;
	struct arena *names; /* where they live */
	uint64_t
		*symbols_left; /* entries of tables that are looked at and no more, in all searches with this counter */
};

/* 0 or -ENOMEM. */
int symbol_search_new(struct symbol_search *search, const struct symbol_query *query);

/* Takes one table of the object into account: SHT_SYMTAB or SHT_DYNSYM; none is no error. -ENOMEM, or the error of
 * reading it; what was found before counts. */
int symbol_search_table(struct symbol_search *search, const struct elf_file *file, uint32_t type);

/* Writes the name of each address, and how far behind its begin it lies; or leaves both if there is none. */
void symbol_search_finish(const struct symbol_search *search, const char **out_names, uint64_t *out_offsets);

void symbol_search_free(struct symbol_search *search);

#endif
