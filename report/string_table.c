/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "heap.h"
#include "utf8.h"
#include "string_table.h"

struct text_wanted {
	const struct string_table *table;
	const char *text;
};

static bool text_is_same(const void *wanted, uint32_t number)
{
	const struct text_wanted *text = wanted;

	return strcmp(text->table->texts[number], text->text) == 0;
}

static int string_table_grow(struct string_table *table)
{
	size_t room = table->room ? table->room * 2 : 1024;
	char **texts = heap_resize(table->texts, room * sizeof(*texts));

	if (!texts)
		return -ENOMEM;
	table->texts = texts;
	table->room = room;
	return 0;
}

/* Enters a text that is not there; `copy` stays in the table. */
static int string_table_add(struct string_table *table, char *copy, uint64_t hash)
{
	if (table->count == table->room && string_table_grow(table))
		return -ENOMEM;
	table->texts[table->count] = copy;
	if (hash_index_add(&table->numbers, hash, table->count))
		return -ENOMEM;
	table->count++;
	return 0;
}

static uint32_t string_table_number_valid(struct string_table *table, const char *text, bool is_in_arena)
{
	size_t bytes = strlen(text);
	uint64_t hash = hash_index_bytes(text, bytes);
	struct text_wanted wanted = {.table = table, .text = text};
	uint32_t number;
	char *copy;

	if (hash_index_find(&table->numbers, hash, text_is_same, &wanted, &number))
		return number;
	copy = is_in_arena ? (char *)text : arena_copy_text(table->arena, text, bytes);
	if (!copy || string_table_add(table, copy, hash)) {
		table->error = -ENOMEM;
		return 0;
	}
	return table->count - 1;
}

uint32_t string_table_number(struct string_table *table, const char *text)
{
	char *repaired;

	if (table->error)
		return 0;
	if (utf8_is_valid(text))
		return string_table_number_valid(table, text, false);
	repaired = arena_copy_text(table->arena, text, strlen(text));
	if (!repaired) {
		table->error = -ENOMEM;
		return 0;
	}
	utf8_repair(repaired);
	return string_table_number_valid(table, repaired, true);
}

void string_table_init(struct string_table *table)
{
	(void)string_table_number(table, "");
}

char **string_table_texts(struct string_table *table)
{
	char **texts;

	if (table->error)
		return NULL;
	texts = arena_alloc_array(table->arena, table->count, sizeof(*texts));
	if (!texts) {
		table->error = -ENOMEM;
		return NULL;
	}
	return memcpy(texts, table->texts, table->count * sizeof(*texts));
}

void string_table_free(struct string_table *table)
{
	hash_index_free(&table->numbers);
	heap_free(table->texts);
	table->texts = NULL;
}
