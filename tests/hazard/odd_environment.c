/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: whatever stands in the environment, for each option: nothing, anything as long as the kernel allows, no text, no value, no
 * name, the same name twice: the program runs as without us and sees it unchanged, and one line is said of each bad value.
 */
#include <sys/resource.h>

#include "hazard.h"

enum {
	STRING_LIMIT = 32 * 4096, /* of the kernel, for each, with its end */
	STRINGS = 64,
	ROOM = 4096,
};

static const struct option {
	const char *name;
	const char *type;
	const char *value; /* the default */
} options[] = {
#define OPTION(field, variable, type, fallback, least, most, sentence) {variable, #type, fallback},
#include "../../sampling/options.def"
#undef OPTION
};

enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

/* The environment of the next program: what it is called with, and how much of it is bad. */
static struct {
	char *strings[STRINGS];
	size_t count;
	unsigned bad;
} next;

__attribute__((format(printf, 2, 3))) static void add(unsigned bad, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	need(next.count < STRINGS - 1 && vasprintf(&next.strings[next.count++], format, arguments) >= 0, "room");
	va_end(arguments);
	next.bad += bad;
}

/* What is loaded into the program is what is loaded into us. */
static void begin(void)
{
	next.count = next.bad = 0;
	memset(next.strings, 0, sizeof(next.strings));
	if (getenv("LD_PRELOAD"))
		add(0, "LD_PRELOAD=%s", getenv("LD_PRELOAD"));
}

/* Length and sum of all that a program finds in its environment. */
static unsigned long digest(char *const *strings)
{
	unsigned long sum = 0;

	for (; *strings; strings++)
		for (const char *at = *strings;; at++) {
			sum = sum * 31 + (unsigned char)*at;
			if (!*at)
				break;
		}
	return sum;
}

static unsigned lines_from(int descriptor)
{
	unsigned lines = 0;
	char text[ROOM];
	ssize_t count;

	while ((count = read(descriptor, text, sizeof(text))) > 0)
		for (ssize_t i = 0; i < count; i++)
			lines += text[i] == '\n';
	return lines;
}

static void run(const char *words)
{
	char *const arguments[] = {(char *)"odd_environment", (char *)"child", NULL};
	char expected[32], got[32] = "";
	int out[2], said[2];
	unsigned lines;
	pid_t pid;

	need(!pipe2(out, O_CLOEXEC) && !pipe2(said, O_CLOEXEC), "pipes");
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		dup2(out[1], 1);
		dup2(said[1], 2);
		execve("/proc/self/exe", arguments, next.strings);
		_exit(99);
	}
	close(out[1]);
	close(said[1]);
	lines = lines_from(said[0]);
	snprintf(expected, sizeof(expected), "%lx", digest(next.strings));
	need(read(out[0], got, sizeof(got) - 1) > 0 && !strcmp(got, expected), "%s: it is seen unchanged", words);
	need(hazard_wait(pid) == 0, "%s: it ends well", words);
	need(lines == (hazard_is_preloaded() ? next.bad : 0), "%s: %u lines are said, not %u", words, lines, next.bad);
	close(out[0]);
	close(said[0]);
	for (size_t i = 0; i < next.count; i++)
		free(next.strings[i]);
}

static char *fill(char *out_text, char byte, size_t count)
{
	memset(out_text, byte, count);
	out_text[count] = '\0';
	return out_text;
}

static void run_option(const struct option *option)
{
	static char text[STRING_LIMIT];
	bool is_text = strcmp(option->type, "text") == 0;

	begin();
	add(0, "%s", option->name);
	run("no '='");
	begin();
	add(1, "%s=", option->name);
	run("an empty value");
	begin();
	add(1, "%s=%s", option->name, fill(text, 'x', STRING_LIMIT - strlen(option->name) - sizeof("=")));
	run("as long as the kernel allows");
	begin();
	add(1, "%s=%s", option->name, fill(text, '9', STRING_LIMIT - strlen(option->name) - sizeof("=")));
	run("a number as long as the kernel allows");
	begin();
	add(!is_text, "%s=\xff\xfe\x80\x1b[2J\n%%n%%s", option->name);
	run("no text");
	begin();
	add(!is_text, "%s=18446744073709551616", option->name);
	run("a number of more than 64 bits");
	begin();
	add(0, "%s=%s", option->name, option->value);
	add(0, "%s=%s", option->name, fill(text, 'y', 5000));
	run("twice, the second bad");
	begin();
	add(1, "%s=%s", option->name, fill(text, 'y', 5000));
	add(0, "%s=%s", option->name, option->value);
	run("twice, the first bad");
}

static void run_names(void)
{
	static char text[STRING_LIMIT];

	begin();
	run("nothing");
	begin();
	add(0, "%s", "");
	add(0, "=");
	add(0, "=CONTEND_OUT=x");
	add(0, "CONTEND");
	add(0, "CONTEND=1");
	add(0, "CONTEND_");
	run("what only looks like ours");
	begin();
	add(1, "CONTEND_=1");
	add(1, "CONTEND_FRACTION2=1");
	add(1, "CONTEND_FRACTION =1");
	add(1, "CONTEND_\xff\n=1");
	add(1, "CONTEND_%s=1", fill(text, 'Z', STRING_LIMIT - sizeof("CONTEND_=1")));
	run("options that there are not");
}

/* All at once: more than a megabyte. */
static void run_all(void)
{
	static char text[STRING_LIMIT];

	begin();
	for (int i = 0; i < OPTIONS; i++)
		add(1, "%s=%s", options[i].name, fill(text, '/', STRING_LIMIT - strlen(options[i].name) - sizeof("=")));
	run("all at once");
}

int main(int argc, char **argv)
{
	struct rlimit stack = {64 << 20, RLIM_INFINITY};

	(void)argv;
	if (argc > 1)
		return printf("%lx", digest(environ)) < 0;
	hazard_limit(60);
	setrlimit(RLIMIT_STACK, &stack); /* the kernel lets a quarter of it be arguments and environment */
	for (int i = 0; i < OPTIONS; i++)
		run_option(&options[i]);
	run_names();
	run_all();
	return 0;
}
