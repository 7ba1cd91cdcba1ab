/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "stack_label.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Label Label;

static const char *number(const Profile *message, const Label *label, struct arena *texts)
{
	const char *unit = message->string_table[label->num_unit];
	char digits[32];
	size_t digit_count, unit_bytes = strlen(unit);
	char *text;

	digit_count = snprintf(digits, sizeof(digits), "%" PRId64 "%s", label->num, unit_bytes ? " " : "");
	text = arena_alloc(texts, digit_count + unit_bytes + 1);
	if (!text)
		return NULL;
	memcpy(text, digits, digit_count);
	memcpy(text + digit_count, unit, unit_bytes);
	return text;
}

const char *stack_label_value(const Profile *message, const Sample *sample, const char *key, struct arena *texts)
{
	for (size_t i = 0; i < sample->n_label; i++) {
		const Label *label = sample->label[i];

		if (strcmp(message->string_table[label->key], key) != 0)
			continue;
		return label->str || !label->num ? message->string_table[label->str] : number(message, label, texts);
	}
	return "";
}

static size_t add_key(const char *key, const char **keys, size_t count, size_t limit)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0)
			return count;
	if (count < limit)
		keys[count++] = key;
	return count;
}

size_t stack_label_keys(const Profile *message, const char **keys, size_t count, size_t limit)
{
	for (size_t i = 0; i < message->n_sample; i++)
		for (size_t j = 0; j < message->sample[i]->n_label; j++)
			count = add_key(message->string_table[message->sample[i]->label[j]->key], keys, count, limit);
	return count;
}
