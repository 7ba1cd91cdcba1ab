/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "tool.h"
#include "tool_text.h"

static char directory[64];

_Noreturn void fuzz_broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static void remove_directory(void)
{
	nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_directory(void)
{
	strcpy(directory, "/dev/shm/contend-fuzz.XXXXXX");
	if (!mkdtemp(directory))
		abort();
	atexit(remove_directory);
}

const char *fuzz_path(const char *name)
{
	enum { PATHS = 4 };
	static char paths[PATHS][256];
	static unsigned next;
	char *path = paths[next++ % PATHS];

	if (!directory[0])
		make_directory();
	snprintf(path, sizeof(paths[0]), "%s%s%s", directory, name[0] ? "/" : "", name);
	return path;
}

void fuzz_write_file(const char *path, const void *bytes, size_t count)
{
	int descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (descriptor < 0 || write(descriptor, bytes, count) != (ssize_t)count)
		abort();
	close(descriptor);
}

uint64_t fuzz_number(struct random *random, uint64_t usual, uint64_t limit)
{
	uint64_t near = random_below(random, 65) - 32;

	switch (random_below(random, 8)) {
	case 0:
		return near;
	case 1:
		return (UINT64_C(1) << random_below(random, 64)) + (uint64_t)(near < 4 ? near : 0);
	case 2:
		return -(UINT64_C(1) << random_below(random, 64));
	case 3:
		return limit + near;
	case 4:
		return limit / (1 + random_below(random, 64)) + near;
	case 5:
		return usual ^ UINT64_C(1) << random_below(random, 64);
	case 6:
		return random_bits(random) >> random_below(random, 64);
	default:
		return usual + near;
	}
}

/* The tool's output, one of its two streams. */
struct heard {
	char *text;
	size_t bytes;
	FILE *stream, *before;
};

static void listen(struct heard *heard, FILE **stream)
{
	heard->before = *stream;
	heard->stream = open_memstream(&heard->text, &heard->bytes);
	if (!heard->stream)
		abort();
	*stream = heard->stream;
}

static void stop_listening(struct heard *heard, FILE **stream)
{
	*stream = heard->before;
	fclose(heard->stream);
}

/* Of the control characters only those allowed; those beyond ASCII begin with 0xc2 in UTF-8. */
static bool is_harmless(const struct heard *heard, const char *allowed)
{
	for (size_t i = 0; i < heard->bytes; i++) {
		unsigned char byte = heard->text[i], next = heard->text[i + 1]; /* terminated */

		if ((byte < ' ' && (!byte || !strchr(allowed, byte))) || byte == 0x7f)
			return false;
		if (byte == 0xc2 && next >= 0x80 && next < 0xa0)
			return false;
	}
	return true;
}

static bool is_one_line_about(const struct heard *heard, const char *path)
{
	const char *end = memchr(heard->text, '\n', heard->bytes);

	return end && end + 1 == heard->text + heard->bytes && strstr(heard->text, path);
}

/* What `contend show` writes; the pages hold our own scripts, which are indented. */
static const struct form {
	const char *option, *allowed;
} forms[] = {{"--", "\n"}, {"--folded", "\n"}, {"--json", "\n"}, {"--html", "\n\t"}, {"--svg", "\n\t"}};

static int show(const char *path, const struct form *form)
{
	char *arguments[] = {"show", (char *)form->option, (char *)path, NULL};
	struct heard out, complaint;
	int status;

	listen(&out, &stdout);
	listen(&complaint, &stderr);
	optind = 0; /* a new command line */
	status = tool_show(3, arguments);
	stop_listening(&out, &stdout);
	stop_listening(&complaint, &stderr);
	fuzz_require(status == TOOL_OK || status == TOOL_FAILED);
	fuzz_require(status == TOOL_OK ? complaint.bytes == 0 : is_one_line_about(&complaint, path));
	fuzz_require(status == TOOL_OK || out.bytes == 0);
	fuzz_require(is_harmless(&out, form->allowed) && is_harmless(&complaint, "\n"));
	free(out.text);
	free(complaint.text);
	return status;
}

int fuzz_show(const char *path)
{
	int status = show(path, &forms[0]);

	for (size_t i = 1; i < sizeof(forms) / sizeof(*forms); i++)
		fuzz_require(show(path, &forms[i]) == status);
	return status;
}

void fuzz_print_function(const char *name)
{
	struct heard out = {0};

	out.stream = open_memstream(&out.text, &out.bytes);
	if (!out.stream)
		abort();
	tool_text_print_function(name, out.stream);
	fclose(out.stream);
	fuzz_require(is_harmless(&out, ""));
	free(out.text);
}
