/* SPDX-License-Identifier: MIT */
/* Goal: each text once, by number, number 0 empty, valid UTF-8 whatever goes in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "heap.h"
#include "string_table.h"
#include "utf8.h"

enum { TEXTS = 10000 };

static void check_utf8(void)
{
	static const char *const valid[] = {"",
					    "plain",
					    "\xc3\xa4",
					    "\xe2\x82\xac",
					    "\xf0\x9f\x94\x92",
					    "\xf4\x8f\xbf\xbf",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80",
					    "a\xc2\x80z"};
	static const struct {
		const char *text, *repaired;
	} invalid[] = {
		{"\x80", "?"},
		{"\xff\xfe", "??"},
		{"a\xc3", "a?"},
		{"a\xc3z", "a?z"},
		{"\xc0\x80", "??"}, /* a zero in two bytes */
		{"\xc1\xbf", "??"},
		{"\xe0\x80\x80", "???"}, /* too long a form */
		{"\xed\xa0\x80", "???"}, /* a surrogate */
		{"\xf0\x80\x80\x80", "????"},
		{"\xf4\x90\x80\x80", "????"}, /* beyond the last character */
		{"\xf5\x80\x80\x80", "????"},
		{"\xe2\x82", "??"},
		{"\xe2\x82q\xc3\xa4", "??q\xc3\xa4"},
	};
	char text[16];

	for (size_t i = 0; i < sizeof(valid) / sizeof(*valid); i++) {
		strcpy(text, valid[i]);
		utf8_repair(text);
		ok(utf8_is_valid(valid[i]) && strcmp(text, valid[i]) == 0, "valid text %zu stays as it is", i);
	}
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		strcpy(text, invalid[i].text);
		utf8_repair(text);
		ok(!utf8_is_valid(invalid[i].text) && utf8_is_valid(text), "invalid text %zu is found", i);
		is_str(text, invalid[i].repaired, "and repaired");
	}
}

static unsigned enter_all(struct string_table *table)
{
	unsigned wrong = 0;
	char text[32];

	for (uint32_t i = 0; i < TEXTS; i++) {
		snprintf(text, sizeof(text), "name_%u", i);
		wrong += string_table_number(table, text) != i + 1;
	}
	return wrong;
}

int main(void)
{
	struct arena arena = {0};
	struct string_table table = {.arena = &arena};
	char **texts;

	check_utf8();
	string_table_init(&table);
	is_u64(string_table_number(&table, ""), 0, "number 0 is empty");
	is_u64(enter_all(&table), 0, "new texts get the next number");
	is_u64(enter_all(&table), 0, "known texts keep theirs");
	is_u64(string_table_number(&table, "bad\xff"), TEXTS + 1, "a text that is no UTF-8");
	is_u64(string_table_number(&table, "bad?"), TEXTS + 1, "is its repaired form");
	is_u64(string_table_number(&table, "bad\xfe"), TEXTS + 1, "and so is another");
	texts = string_table_texts(&table);
	is_str(texts[0], "", "the texts are listed by number");
	is_str(texts[TEXTS], "name_9999", "all of them");
	is_str(texts[TEXTS + 1], "bad?", "as repaired");
	string_table_free(&table);
	arena_free(&arena);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
