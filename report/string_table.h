/* SPDX-License-Identifier: MIT */
/* string_table: texts by number, each once; number 0 is "". The string table of a profile.
 *
 * Memory        private heap and `arena`, which must outlive the texts.
 * Errors        the first -ENOMEM stays in `error`; numbers are 0 from then on, so that only the end needs to look.
 */
#ifndef CONTEND_STRING_TABLE_H
#define CONTEND_STRING_TABLE_H

#include "arena.h"
#include "hash_index.h"

struct string_table {
	struct arena *arena;
	char **texts;
	size_t count, room;
	struct hash_index numbers;
	int error;
};

/* `table` zeroed but for `arena`: enters "". */
void string_table_init(struct string_table *table);

/* The number of `text`, made valid UTF-8. */
uint32_t string_table_number(struct string_table *table, const char *text);

/* The texts in the order of their numbers, from the arena; NULL if `error` is set. */
char **string_table_texts(struct string_table *table);

void string_table_free(struct string_table *table);

#endif
