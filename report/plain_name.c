/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "plain_name.h"

/* What is left of the symbol, and where the next part of the name goes. */
struct names {
	const char *symbol;
	char *out;
	size_t room; /* with the end */
	const char *last;
	size_t last_bytes; /* of the part that was written last: a constructor is called so again */
};

static bool take(struct names *names, const char *text)
{
	size_t bytes = strlen(text);

	if (strncmp(names->symbol, text, bytes) != 0)
		return false;
	names->symbol += bytes;
	return true;
}

static bool write_text(struct names *names, const char *text, size_t bytes)
{
	if (bytes >= names->room)
		return false;
	memcpy(names->out, text, bytes);
	names->out += bytes;
	names->room -= bytes;
	*names->out = '\0';
	return true;
}

static bool write_part(struct names *names, const char *text, size_t bytes)
{
	bool is_first = !names->last;

	names->last = text;
	names->last_bytes = bytes;
	return (is_first || write_text(names, "::", 2)) && write_text(names, text, bytes);
}

/* "17h" and 16 digits: what Rust tells versions of a function apart by. */
static bool is_hash(const char *text, size_t bytes)
{
	return bytes == 17 && text[0] == 'h' && strspn(text + 1, "0123456789abcdef") >= 16;
}

/* A length and so many characters. */
static bool read_part(struct names *names)
{
	size_t bytes = 0;
	const char *text;

	while (*names->symbol >= '0' && *names->symbol <= '9' && bytes < names->room)
		bytes = bytes * 10 + (size_t)(*names->symbol++ - '0');
	text = names->symbol;
	if (bytes == 0 || strnlen(text, bytes) < bytes)
		return false;
	names->symbol += bytes;
	if (is_hash(text, bytes))
		return true;
	if (strncmp(text, "_GLOBAL__N", 10) == 0)
		return write_part(names, "(anonymous namespace)", strlen("(anonymous namespace)"));
	return write_part(names, text, bytes);
}

/* A constructor or destructor: C1 to C3, D0 to D2. */
static bool read_structor(struct names *names)
{
	bool is_destructor = names->symbol[0] == 'D';

	if (!names->last || !strchr(is_destructor ? "012" : "123", names->symbol[1]) || !names->symbol[1])
		return false;
	names->symbol += 2;
	return write_text(names, "::~", is_destructor ? 3 : 2) && write_text(names, names->last, names->last_bytes);
}

/* "N...E", or one part. */
static bool read_name(struct names *names)
{
	if (!take(names, "N"))
		return (!take(names, "St") || write_part(names, "std", 3)) && (take(names, "L"), read_part(names));
	while (take(names, "K") || take(names, "V"))
		;
	if (take(names, "St") && !write_part(names, "std", 3))
		return false;
	while (!take(names, "E")) {
		bool is_structor = names->symbol[0] == 'C' || names->symbol[0] == 'D';

		take(names, "L");
		if (!(is_structor ? read_structor(names) : read_part(names)))
			return false;
	}
	return names->last != NULL;
}

bool plain_name_write(const char *symbol, char *out_name, size_t bytes)
{
	struct names names = {.symbol = symbol, .out = out_name, .room = bytes};

	if (take(&names, "_ZZ"))
		return read_name(&names) && take(&names, "vE") && read_part(&names);
	return take(&names, "_Z") && read_name(&names) && *names.symbol != 'I' && *names.symbol != 'B';
}
