/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "pairs_parts.h"
#include "config_value.h"
#include "config_word.h"

enum {
	LINE_BYTES = 512,
	WORDS_BYTES = 256,
	SHOWN_BYTES = 40, /* of a value or name that someone else wrote */
	TEXT_BYTES = 4096,
};

#define PREFIX "CONTEND_"

struct config config;

const struct config_option config_options[] = {
#define OPTION(field, variable, type, fallback, least, most, sentence) {variable, #type, fallback, sentence},
#include "options.def"
#undef OPTION
};

#define OPTION(field, variable, type, fallback, least, most, sentence)                                                 \
	_Static_assert(CONFIG_VALUE_##type != CONFIG_VALUE_text || (most) < TEXT_BYTES, variable " fits its copy");
#include "options.def"
#undef OPTION

const size_t config_option_count = sizeof(config_options) / sizeof(config_options[0]);

/* What the parser needs to know beyond that, in the same order. */
static const struct {
	size_t offset; /* of the field */
	struct config_value_range range;
} fields[] = {
#define OPTION(field, variable, type, fallback, least, most, sentence)                                                 \
	{offsetof(struct config, field), {CONFIG_VALUE_##type, least, most}},
#include "options.def"
#undef OPTION
};

/* Copies: programs that show a title in place of their arguments write over the environment's memory. */
static char texts[sizeof(fields) / sizeof(fields[0])][TEXT_BYTES];

/* Fits "...", whatever stands there. */
struct shown {
	char text[SHOWN_BYTES + sizeof("...")];
};

/* Somebody else's text, fit for one line on a terminal. */
static struct shown show(const char *text, size_t length)
{
	struct shown shown;
	size_t kept = length < SHOWN_BYTES ? length : SHOWN_BYTES;

	for (size_t i = 0; i < kept; i++)
		shown.text[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	strcpy(shown.text + kept, kept < length ? "..." : "");
	return shown;
}

/* Stores the value of `text` in its field; false if it is not one. */
static bool set(size_t index, const char *text)
{
	void *field = (char *)&config + fields[index].offset;
	int64_t value;

	if (!config_value_parse(&fields[index].range, text, &value))
		return false;
	if (fields[index].range.type == CONFIG_VALUE_text)
		*(const char **)field = strcpy(texts[index], text);
	else
		*(int64_t *)field = value;
	return true;
}

/* The first value of a variable, or NULL. */
static const char *find_value(char *const strings[], const char *variable)
{
	size_t length = strlen(variable);

	for (; *strings; strings++)
		if (strncmp(*strings, variable, length) == 0 && (*strings)[length] == '=')
			return *strings + length + 1;
	return NULL;
}

static void complain_of_value(size_t index, const char *value, void (*complain)(const char *line))
{
	const struct config_option *option = &config_options[index];
	char line[LINE_BYTES], words[WORDS_BYTES];

	config_value_describe(&fields[index].range, words, sizeof(words));
	snprintf(line, sizeof(line), "%s: \"%s\" is not %s; %s is used", option->variable,
		 show(value, strlen(value)).text, words, option->fallback);
	complain(line);
}

/* The variable that was probably meant, or NULL. */
static const char *find_similar(const char *name, size_t length)
{
	unsigned best_distance = CONFIG_WORD_DISTANCE_MOST + 1;
	const char *best = NULL;

	for (size_t i = 0; i < config_option_count; i++) {
		unsigned distance = config_word_distance(name, length, config_options[i].variable);

		if (distance < best_distance) {
			best_distance = distance;
			best = config_options[i].variable;
		}
	}
	return best;
}

static void complain_if_unknown(const char *string, void (*complain)(const char *line))
{
	size_t length = strcspn(string, "=");
	const char *similar = find_similar(string, length);
	char line[LINE_BYTES];

	if (similar && strlen(similar) == length && strncmp(similar, string, length) == 0)
		return;
	snprintf(line, sizeof(line), "%s: no such option%s%s%s", show(string, length).text,
		 similar ? "; did you mean " : "", similar ? similar : "", similar ? "?" : "");
	complain(line);
}

void config_read(char *const strings[], void (*complain)(const char *line))
{
	static char *const no_strings[] = {NULL};

	if (!strings)
		strings = no_strings;
	for (size_t i = 0; i < config_option_count; i++) {
		const char *value = find_value(strings, config_options[i].variable);

		set(i, config_options[i].fallback);
		if (value && !set(i, value))
			complain_of_value(i, value, complain);
	}
	if (config.pairs && config.depth > PAIRS_DEPTH_MOST)
		config.depth = PAIRS_DEPTH_MOST;
	for (; *strings; strings++)
		if (strncmp(*strings, PREFIX, strlen(PREFIX)) == 0 && strchr(*strings, '='))
			complain_if_unknown(*strings, complain);
}

void config_describe(void (*write_line)(const char *line))
{
	char line[LINE_BYTES], words[WORDS_BYTES];

	for (size_t i = 0; i < config_option_count; i++) {
		config_value_describe(&fields[i].range, words, sizeof(words));
		snprintf(line, sizeof(line), "  %s=%s  %s", config_options[i].variable, config_options[i].fallback,
			 words);
		write_line(line);
		snprintf(line, sizeof(line), "        %s", config_options[i].sentence);
		write_line(line);
	}
}
