/* SPDX-License-Identifier: MIT */
/* contend run: a program, profiled, without typing the variables. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "ending_clues.h"
#include "libc_layout.h"
#include "tool.h"

enum { WORST_SHOWN = 3, STATUS_NOT_FOUND = 127, STATUS_NOT_STARTED = 126, STATUS_SIGNAL = 128 };

static const char library_name[] = "libcontend.so";

/* Beside this program, where the build puts it, or where an installation does, wherever that was moved: what LIBDIR usually is. */
static bool find_library(char *out_path, size_t bytes)
{
	static const char *const places[] = {"", "../lib/", "../lib/" LIBC_FOLDER "/", "../lib64/"};
	char own[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (length <= 0)
		return false;
	own[length] = '\0';
	*(strrchr(own, '/') + 1) = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (snprintf(out_path, bytes, "%s%s%s", own, places[i], library_name) < (int)bytes &&
		    access(out_path, R_OK) == 0)
			return true;
	return false;
}

/* In front of what is preloaded anyway. */
static bool preload(const char *library)
{
	const char *others = getenv("LD_PRELOAD");
	char *list;

	if (asprintf(&list, "%s%s%s", library, others && *others ? ":" : "", others ? others : "") < 0)
		return false;
	setenv("LD_PRELOAD", list, 1);
	free(list);
	return true;
}

/* The output pattern as a glob(7) pattern for the files of one process; relative to the start directory, which is ours. */
static void glob_of(const char *pattern, pid_t pid, const char *suffix, char *out_glob, size_t bytes)
{
	size_t length = 0;

	for (; *pattern && length + 16 < bytes; pattern++) {
		if (*pattern == '%' && pattern[1] == 'p')
			length += snprintf(out_glob + length, bytes - length, "%d", pid);
		else if (*pattern == '%' && strchr("enht", pattern[1]) && pattern[1])
			out_glob[length++] = '*';
		else if (strchr("*?[\\", *pattern))
			length += snprintf(out_glob + length, bytes - length, "\\%c", *pattern);
		else
			out_glob[length++] = *pattern;
		if (*pattern == '%' && pattern[1])
			pattern++;
	}
	snprintf(out_glob + length, bytes - length, "*%s", suffix);
}

static bool is_newer(const char *path, const struct timespec *since)
{
	struct stat status;

	return stat(path, &status) == 0 &&
	       (status.st_mtim.tv_sec > since->tv_sec ||
		(status.st_mtim.tv_sec == since->tv_sec && status.st_mtim.tv_nsec >= since->tv_nsec));
}

/* Prints the profiles of that kind which appeared since, and writes the last one's path; "" if there is none. */
static void list_profiles(pid_t pid, const char *suffix, const struct timespec *since, char *out_last, size_t bytes)
{
	char pattern[PATH_MAX * 2];
	struct stat last = {0}, status;
	glob_t found;

	out_last[0] = '\0';
	glob_of(config.out, pid, suffix, pattern, sizeof(pattern));
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (!is_newer(found.gl_pathv[i], since) || stat(found.gl_pathv[i], &status) != 0)
			continue;
		fprintf(stderr, "  %s\n", found.gl_pathv[i]);
		if (is_newer(found.gl_pathv[i], &last.st_mtim)) {
			last = status;
			snprintf(out_last, bytes, "%s", found.gl_pathv[i]);
		}
	}
	globfree(&found);
}

static void say_ending(const char *program, int status)
{
	char words[ENDING_WORDS_BYTES];

	ending_tell_status(status, words, sizeof(words));
	fprintf(stderr, "contend: %s: %s\n", program, words);
}

/* What a killed program left is written, too; `out` gets the names of the files. */
static void write_left(pid_t pid, FILE *out)
{
	struct dump_order order = {.pattern = config.out, .dead_only = true, .is_silent = true, .out = out};
	unsigned found;

	if (out)
		tool_dump_regions(pid, &order, &found);
}

static void write_left_silently(pid_t pid)
{
	FILE *nowhere = fopen("/dev/null", "w");

	write_left(pid, nowhere);
	if (nowhere)
		fclose(nowhere);
}

static void summarize(pid_t pid, const struct timespec *since)
{
	char mutex[PATH_MAX], block[PATH_MAX];

	fputs("contend: profiles:\n", stderr);
	write_left(pid, stderr);
	list_profiles(pid, ".mutex.pb.gz", since, mutex, sizeof(mutex));
	list_profiles(pid, ".block.pb.gz", since, block, sizeof(block));
	if (!block[0]) {
		fputs("  none: nothing was recorded, or the program cannot be profiled (static or set-uid)\n", stderr);
		return;
	}
	tool_run_say_worst(block, WORST_SHOWN);
	if (mutex[0])
		tool_run_say_holders(mutex);
}

/* Ctrl-C is for the program; we stay to report. What is sent to us alone is passed on. */
static pid_t child;

static void pass_on(int signal)
{
	if (child > 0)
		kill(child, signal);
}

/* Becomes the program; if that fails, says why and tells the parent through `failed`, which an exec closes. */
static void become(char **argv, int failed)
{
	int error;

	execvp(argv[0], argv);
	error = errno;
	tool_fail("%s: %s", argv[0], strerrordesc_np(error));
	(void)!write(failed, "", 1);
	_exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_STARTED);
}

/* As wait(2) gives it; -1 and said if that cannot be known. */
static int wait_for_child(void)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		tool_fail("lost the program: %s", strerrordesc_np(errno));
		return -1;
	}
	return status;
}

static int exit_status(int status)
{
	if (status < 0)
		return TOOL_FAILED;
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* wants_summary: on standard error, of a program that was started. */
static int run(char **argv, bool wants_summary)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, forward = {.sa_handler = pass_on};
	struct sigaction old_interrupt, old_quit;
	struct timespec start;
	int failed[2], status;
	char byte;

	if (pipe2(failed, O_CLOEXEC) != 0)
		return tool_fail("cannot make a pipe: %s", strerrordesc_np(errno));
	clock_gettime(CLOCK_REALTIME_COARSE, &start); /* as file times are */
	sigaction(SIGINT, &ignore, &old_interrupt);
	sigaction(SIGQUIT, &ignore, &old_quit);
	child = fork();
	if (child < 0)
		return tool_fail("cannot fork: %s", strerrordesc_np(errno));
	if (child == 0) {
		sigaction(SIGINT, &old_interrupt, NULL);
		sigaction(SIGQUIT, &old_quit, NULL);
		become(argv, failed[1]);
	}
	close(failed[1]);
	sigaction(SIGTERM, &forward, NULL);
	sigaction(SIGHUP, &forward, NULL);
	sigaction(SIGUSR1, &forward, NULL);
	sigaction(SIGUSR2, &forward, NULL);
	status = wait_for_child();
	if (read(failed[0], &byte, 1) != 0) /* it did not become the program */
		return exit_status(status);
	if (!wants_summary) {
		write_left_silently(child);
		return exit_status(status);
	}
	if (status > 0)
		say_ending(argv[0], status);
	summarize(child, &start);
	return exit_status(status);
}

static void print_line(const char *line)
{
	puts(line);
}

static int help(void)
{
	puts("Usage: contend run [OPTION...] [--] PROGRAM [ARGUMENT...]\n\n"
	     "Runs PROGRAM with libcontend.so preloaded. Says afterwards, on standard error if that is a terminal, where the\n"
	     "profiles are and what the three worst waits were. The exit status is the program's; 128 + N if signal N ended it,\n"
	     "127 if it was not found, 126 if it could not be started.\n\n"
	     "  --summary           says so in any case: where a script or a log gets it\n"
	     "  --fraction N        CONTEND_FRACTION (here 1: every release that made others wait)\n"
	     "  --block-rate TIME   CONTEND_BLOCK_RATE (here 1: every wait)\n"
	     "  -o, --out PATTERN   CONTEND_OUT\n\n"
	     "All options of the library, given as environment variables:\n");
	config_describe(print_line);
	return TOOL_OK;
}

int tool_run(int argc, char **argv)
{
	enum { OPTION_FRACTION = 256, OPTION_BLOCK_RATE, OPTION_SUMMARY };
	static const struct option options[] = {{"fraction", required_argument, NULL, OPTION_FRACTION},
						{"block-rate", required_argument, NULL, OPTION_BLOCK_RATE},
						{"out", required_argument, NULL, 'o'},
						{"summary", no_argument, NULL, OPTION_SUMMARY},
						{"help", no_argument, NULL, 'h'},
						{0}};
	bool wants_summary = isatty(STDERR_FILENO);
	char library[PATH_MAX];
	int option;

	setenv("CONTEND_FRACTION", "1", 0);
	setenv("CONTEND_BLOCK_RATE", "1", 0);
	while ((option = getopt_long(argc, argv, "+o:h", options, NULL)) != -1) {
		switch (option) {
		case OPTION_FRACTION:
			setenv("CONTEND_FRACTION", optarg, 1);
			break;
		case OPTION_BLOCK_RATE:
			setenv("CONTEND_BLOCK_RATE", optarg, 1);
			break;
		case 'o':
			setenv("CONTEND_OUT", optarg, 1);
			break;
		case OPTION_SUMMARY:
			wants_summary = true;
			break;
		case 'h':
			return help();
		default:
			return tool_misuse_option("run");
		}
	}
	if (optind == argc)
		return tool_misuse("run", "which program?");
	if (tool_read_config() != 0)
		return TOOL_USAGE;
	if (!find_library(library, sizeof(library)) || !preload(library))
		return tool_fail("cannot find %s beside this program or in ../lib from there: preload it yourself, "
				 "LD_PRELOAD=/PATH/%s PROGRAM",
				 library_name, library_name);
	return run(argv + optind, wants_summary);
}
