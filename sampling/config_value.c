/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config_signal.h"
#include "config_value.h"
#include "config_word.h"
#include "lock_table.h"

/* The units of a type, largest first and spelled as they are printed first. A number may go without one. */
struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};
static const struct unit duration_units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000},
					     {"ns", 1},         {"", 1},         {NULL, 0}};
static const struct unit bytes_units[] = {{"g", 1 << 30},   {"m", 1 << 20},   {"k", 1 << 10}, {"GiB", 1 << 30},
					  {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1},        {NULL, 0}};

static const struct unit percent[] = {{"%", 10000}, {NULL, 0}};

static const struct {
	const char *words;
	const struct unit *units; /* NULL: no number */
	const char *example;
} types[] = {
	[CONFIG_VALUE_number] = {"a number", no_units, ""},
	[CONFIG_VALUE_duration] = {"a duration", duration_units, " (like 500us, 1ms or 2s; ns without a unit)"},
	[CONFIG_VALUE_bytes] = {"a size", bytes_units, " (like 512k or 8m; bytes without a unit)"},
	[CONFIG_VALUE_share] = {"a share of 0% to 100%, like 1% or 0.25%", percent, NULL},
	[CONFIG_VALUE_flag] = {"0 or 1", no_units, NULL},
	[CONFIG_VALUE_signal] = {"a signal (a name like USR2 or RTMIN+1, or a number) or none; not one that "
				 "stops the process or reports its faults",
				 NULL, NULL},
	[CONFIG_VALUE_lock_labels] = {"name, address or off", NULL, NULL},
	[CONFIG_VALUE_text] = {"a text", NULL, ""},
};

static const struct unit *find_unit(const struct unit *units, const char *name)
{
	while (units->name && !config_word_is_same(units->name, name))
		units++;
	return units->name ? units : NULL;
}

/* Appends the digits from *text on to *value. How many, 0 on overflow. */
static int parse_digits(const char **text, int64_t *value)
{
	const char *first = *text;

	for (; **text >= '0' && **text <= '9'; ++*text)
		if (__builtin_mul_overflow(*value, 10, value) || __builtin_add_overflow(*value, **text - '0', value))
			return 0;
	return (int)(*text - first);
}

/* Digits, perhaps a point and digits, and a unit; false on anything else, on overflow, and where no whole number comes of it. */
static bool parse_scaled(const struct unit *units, const char *text, int64_t *out_value)
{
	const struct unit *unit;
	int64_t value = 0;
	int decimals = 0;

	if (!parse_digits(&text, &value))
		return false;
	if (*text == '.' && (text++, decimals = parse_digits(&text, &value), decimals == 0))
		return false;
	unit = find_unit(units, text);
	if (!unit || __builtin_mul_overflow(value, unit->factor, &value))
		return false;
	for (; decimals > 0 && value % 10 == 0; decimals--)
		value /= 10;
	*out_value = value;
	return decimals == 0;
}

/* The place of a word among those that mean 0, 1, ...; false if it is none of them. */
static bool parse_word(const char *const *words, const char *text, int64_t *out_value)
{
	for (int64_t value = 0; words[value]; value++)
		if (config_word_is_same(words[value], text)) {
			*out_value = value;
			return true;
		}
	return false;
}

bool config_value_parse(const struct config_value_range *range, const char *text, int64_t *out_value)
{
	static const char *const lock_labels[] = {
		[LOCK_LABELS_OFF] = "off", [LOCK_LABELS_NAME] = "name", [LOCK_LABELS_ADDRESS] = "address", NULL};
	int64_t value = 0;
	bool parsed = true;

	if (range->type == CONFIG_VALUE_text)
		value = (int64_t)strlen(text);
	else if (range->type == CONFIG_VALUE_signal)
		parsed = config_signal_parse(text, &value);
	else if (range->type == CONFIG_VALUE_lock_labels)
		parsed = parse_word(lock_labels, text, &value);
	else
		parsed = parse_scaled(types[range->type].units, text, &value);
	if (!parsed || value < range->least || value > range->most)
		return false;
	*out_value = value;
	return true;
}

/* The largest unit that leaves a whole number. */
static struct unit unit_of(const struct unit *units, int64_t value)
{
	while (value % units->factor != 0 || (value == 0 && units->factor != 1))
		units++;
	return *units;
}

void config_value_print(const struct config_value_range *range, int64_t value, char *out_text, size_t bytes)
{
	struct unit unit = unit_of(types[range->type].units, value);

	snprintf(out_text, bytes, "%" PRId64 "%s", value / unit.factor, value ? unit.name : "");
}

void config_value_describe(const struct config_value_range *range, char *out_words, size_t bytes)
{
	const struct unit *units = types[range->type].units;
	struct unit least, most;

	if (range->type == CONFIG_VALUE_text) {
		snprintf(out_words, bytes, "a text of %" PRId64 " to %" PRId64 " bytes", range->least, range->most);
		return;
	}
	if (!types[range->type].example) {
		snprintf(out_words, bytes, "%s", types[range->type].words);
		return;
	}
	least = unit_of(units, range->least);
	most = unit_of(units, range->most);
	snprintf(out_words, bytes, "%s, %" PRId64 "%s to %" PRId64 "%s%s", types[range->type].words,
		 range->least / least.factor, least.name, range->most / most.factor, most.name,
		 types[range->type].example);
}
