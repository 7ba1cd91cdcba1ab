/* SPDX-License-Identifier: MIT */
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "tool_text.h"
#include "utf8.h"

enum { READABLE_BYTES = 64 * 1024, CONTROL_C1_LEAD = 0xc2, CONTROL_C1_LIMIT = 0xa0 };

/* How many bytes the control character at `text` has; 0 if there is none. */
static size_t control_bytes(const unsigned char *text)
{
	if (text[0] < ' ' || text[0] == 0x7f)
		return 1;
	return text[0] == CONTROL_C1_LEAD && text[1] >= 0x80 && text[1] < CONTROL_C1_LIMIT ? 2 : 0;
}

/* U+FFFE and U+FFFF, which XML does not have. */
static bool is_noncharacter(const char *text)
{
	return strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0;
}

void tool_text_print_field(const char *text, char separator, FILE *out)
{
	for (const unsigned char *at = (const unsigned char *)text; *at;) {
		size_t bytes = control_bytes(at);

		fputc(bytes ? '?' : *at == (unsigned char)separator ? ',' : *at, out);
		at += bytes ? bytes : 1;
	}
}

void tool_text_print(const char *text, FILE *out)
{
	tool_text_print_field(text, '\0', out);
}

struct readable {
	char text[READABLE_BYTES];
	size_t bytes;
	jmp_buf too_long;
};

/* Leaves a demangler that goes on; it holds no memory between two pieces but for that of an identifier. */
static void add_piece(const char *piece, size_t bytes, void *argument)
{
	struct readable *readable = argument;

	if (bytes >= sizeof(readable->text) - readable->bytes)
		longjmp(readable->too_long, 1);
	if (bytes > 0) /* an empty piece may be no text at all */
		memcpy(readable->text + readable->bytes, piece, bytes);
	readable->bytes += bytes;
	readable->text[readable->bytes] = '\0';
}

static bool demangle(const char *name, struct readable *out_readable)
{
	out_readable->bytes = 0;
	if (setjmp(out_readable->too_long))
		return false;
	if (rust_demangle_callback(name, DMGL_NO_OPTS, add_piece, out_readable))
		return true;
	out_readable->bytes = 0;
	return cplus_demangle_v3_callback(name, DMGL_NO_OPTS, add_piece, out_readable);
}

const char *tool_text_function(const char *name)
{
	static struct readable readable;

	return demangle(name, &readable) ? readable.text : name;
}

void tool_text_print_function(const char *name, FILE *out)
{
	tool_text_print(tool_text_function(name), out);
}

void tool_text_print_json(const char *text, FILE *out)
{
	fputc('"', out);
	while (*text) {
		size_t bytes = utf8_character_bytes(text), control = control_bytes((const unsigned char *)text);

		if (bytes == 0)
			fputs("\\ufffd", out);
		else if (control || strchr("\"\\<>&", *text))
			fprintf(out, "\\u%04x", (unsigned char)text[bytes - 1]);
		else
			fwrite(text, 1, bytes, out);
		text += bytes ? bytes : 1;
	}
	fputc('"', out);
}

void tool_text_print_xml(const char *text, FILE *out)
{
	while (*text) {
		size_t bytes = utf8_character_bytes(text), control = control_bytes((const unsigned char *)text);

		if (bytes == 0 || control || is_noncharacter(text))
			fputc('?', out);
		else if (bytes == 1 && strchr("\"'<>&", *text))
			fprintf(out, "&#%d;", *text);
		else
			fwrite(text, 1, bytes, out);
		text += bytes ? bytes : 1;
	}
}
