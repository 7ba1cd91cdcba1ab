/* SPDX-License-Identifier: MIT */
/* The `contend` command: a table of sub-commands. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "tool.h"
#include "utf8.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *sentence;
} commands[] = {
#define COMMAND(name, function, arguments, sentence) {name, function, arguments, sentence},
#include "commands.def"
#undef COMMAND
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void say(const char *command, const char *format, va_list arguments)
{
	fprintf(stderr, "contend%s%s: ", command ? " " : "", command ? command : "");
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

int tool_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(NULL, format, arguments);
	va_end(arguments);
	return TOOL_FAILED;
}

int tool_misuse(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(command, format, arguments);
	va_end(arguments);
	return tool_misuse_option(command);
}

int tool_misuse_option(const char *command)
{
	fprintf(stderr, "Try 'contend%s%s --help'.\n", command ? " " : "", command ? command : "");
	return TOOL_USAGE;
}

int tool_fail_unprofiled(pid_t pid)
{
	return tool_fail(
		"process %d is not profiled, another user's, or has ended and written its profiles (nothing in "
		"%s/contend-%u): `contend list` shows those that are",
		pid, config.region_dir, geteuid());
}

const char *tool_error_words(int error)
{
	switch (-error) {
	case EBADMSG:
		return "not a region of libcontend, or a damaged one";
	case EPROTO:
		return "a region of another version of libcontend";
	case ENODATA:
		return "recorded before the last boot, and too short to tell how long its ticks are";
	case EINPROGRESS:
		return "a region that was never finished, and holds nothing: its process died as it began, or is beginning";
	case ELOOP:
		return "a link, which is not followed";
	case EPERM:
		return "open to others than its user, or not the user's own";
	case EFBIG:
		return "larger than any file of libcontend";
	default:
		return strerrordesc_np(-error);
	}
}

void tool_program_name(const struct region_header *header, char *out_name, size_t bytes)
{
	const char *slash = memrchr(header->program, '/', strnlen(header->program, sizeof(header->program)));
	const char *name = slash ? slash + 1 : header->program;

	snprintf(out_name, bytes, "%.*s", (int)strnlen(name, header->program + sizeof(header->program) - name), name);
	if (!out_name[0])
		snprintf(out_name, bytes, "unknown");
	utf8_repair(out_name);
	for (char *at = out_name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f) /* it goes to terminals */
			*at = '?';
}

static unsigned complaints;

static void complain(const char *line)
{
	complaints++;
	tool_fail("%s", line);
}

static int usage(FILE *out)
{
	fputs("contend: lock and blocking contention profiles of native programs\n\nUsage:\n", out);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  contend %s %s\n      %s\n", commands[i].name, commands[i].arguments,
			commands[i].sentence);
	fputs("\n`contend COMMAND --help` tells more; `contend --version` which this is. The profiles are Go's: read them with\n"
	      "`go tool pprof -top FILE`.\n\n"
	      "Exit status: 0; 1: could not, one line says why; 2: the command line is wrong. What differs, above all that of\n"
	      "`contend run`, is in the help of the command.\n",
	      out);
	return out == stdout ? TOOL_OK : TOOL_USAGE;
}

unsigned tool_read_config(void)
{
	complaints = 0;
	config_read(environ, complain);
	return complaints;
}

/* getopt's complaints begin with argv[0]. */
static int run(const struct command *command, int argc, char **argv)
{
	char name[64];

	snprintf(name, sizeof(name), "contend %s", command->name);
	argv[0] = name;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	if (strcmp(argv[1], "--version") == 0)
		return puts("contend " CONTEND_VERSION) < 0 ? TOOL_FAILED : TOOL_OK;
	clock_init();
	for (int i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return run(&commands[i], argc - 1, argv + 1);
	return tool_misuse(NULL, "no command '%s'", argv[1]);
}
