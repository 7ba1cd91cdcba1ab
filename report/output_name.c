/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output_name.h"

struct path {
	char *text;
	size_t bytes, limit;
	bool is_cut;
};

__attribute__((format(printf, 2, 3))) static void path_add(struct path *path, const char *format, ...)
{
	va_list arguments;
	int bytes;

	if (path->is_cut)
		return;
	va_start(arguments, format);
	bytes = vsnprintf(path->text + path->bytes, path->limit - path->bytes, format, arguments);
	va_end(arguments);
	if (bytes < 0 || (size_t)bytes >= path->limit - path->bytes)
		path->is_cut = true;
	else
		path->bytes += bytes;
}

static bool is_control(char character)
{
	enum { DELETE = 0x7f };

	return (unsigned char)character < ' ' || character == DELETE;
}

/* A region that somebody else wrote says what its program is called: a slash would make directories of the name, dots alone
 * would lead out of one, and the path is printed on terminals. */
static void path_add_name(struct path *path, const char *name)
{
	bool is_dots = name[strspn(name, ".")] == '\0';
	size_t begin = path->bytes;

	path_add(path, "%s", name);
	for (size_t i = begin; i < path->bytes; i++)
		if (path->text[i] == '/' || is_control(path->text[i]) || is_dots)
			path->text[i] = '_';
}

/* The proleptic Gregorian calendar, with years that begin in March so that the leap day is the last. */
static void path_add_time(struct path *path, int64_t wall_ns)
{
	int64_t seconds = wall_ns / 1000000000;
	int64_t days = seconds / 86400 + 719468; /* since 1 March of year 0 */
	int64_t era = days / 146097;             /* of 400 years */
	int64_t day_of_era = days % 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153; /* since March */
	int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
	int64_t year = era * 400 + year_of_era + (month >= 10);

	path_add(path, "%04d%02d%02dT%02d%02d%02dZ", (int)year, (int)(month < 10 ? month + 3 : month - 9), (int)day,
		 (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

/* Adds what `letter` stands for; false if it stands for nothing. */
static bool path_add_field(struct path *path, const struct output_name *name, char letter)
{
	switch (letter) {
	case 'e':
		path_add_name(path, name->program[0] ? name->program : "unknown");
		return true;
	case 'h':
		path_add_name(path, name->host);
		return true;
	case 'p':
		path_add(path, "%d", (int)name->pid);
		return true;
	case 'n':
		path_add(path, "%u", (unsigned)name->sequence);
		return true;
	case 't':
		path_add_time(path, name->wall_ns);
		return true;
	case '%':
		path_add(path, "%%");
		return true;
	default:
		return false;
	}
}

int output_name_expand(const struct output_name *name, char *out_path, size_t limit)
{
	struct path path = {.text = out_path, .limit = limit};

	if (name->pattern[0] != '/' && name->directory[0])
		path_add(&path, "%s/", name->directory);
	for (const char *at = name->pattern; *at; at++) {
		if (*at == '%' && path_add_field(&path, name, at[1]))
			at++;
		else
			path_add(&path, "%c", *at);
	}
	return path.is_cut ? -ENAMETOOLONG : 0;
}

bool output_name_has_sequence(const char *pattern)
{
	for (const char *at = pattern; *at; at++)
		if (*at == '%' && *++at == 'n')
			return true;
		else if (!*at)
			break;
	return false;
}
