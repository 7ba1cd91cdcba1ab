/* SPDX-License-Identifier: MIT */
/* tool: what the files of the `contend` command share. A process of its own: it may use stdio and malloc.
 *
 * Exit status   0; 1: could not do it; 2: the command line is wrong; `contend run`: the program's own.
 */
#ifndef CONTEND_TOOL_H
#define CONTEND_TOOL_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "region.h"
#include "region_search.h"

enum { TOOL_OK = 0, TOOL_FAILED = 1, TOOL_USAGE = 2 };

/* The commands; argv[0] is "contend" and the command's name. */
#define COMMAND(name, function, arguments, sentence) int function(int argc, char **argv);
#include "commands.def"
#undef COMMAND

/* "contend: ..." on standard error; returns TOOL_FAILED or TOOL_USAGE. */
int tool_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tool_misuse(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* After getopt_long, which has said what is wrong. TOOL_USAGE. */
int tool_misuse_option(const char *command);

/* A process that nothing is known of. TOOL_FAILED. */
int tool_fail_unprofiled(pid_t pid);

/* Reads the options that the library would read: where regions lie, how files are named. Returns how many values are bad,
 * each complained of. */
unsigned tool_read_config(void);

/* What an -errno of our readers means to a user. */
const char *tool_error_words(int error);

/* What shall become of regions that are dumped. */
struct dump_order {
	const char *pattern; /* names of the files */
	bool keep;           /* else those of dead processes are removed */
	bool dead_only;      /* nothing is done to others */
	bool is_silent;      /* what ended a process is said by another */
	bool without_lines;  /* names only */
	unsigned wanted;     /* bit N: profile N; 0: all that there are */
	FILE *out;           /* the names of the files go there */
};

/* Writes the profiles of one region; of all those of a process that lie in the region directory (the option CONTEND_REGION_DIR
 * or its default; pid 0: of all processes), oldest first. TOOL_OK or TOOL_FAILED. */
int tool_dump_region(const struct region_place *place, const struct dump_order *order);
int tool_dump_regions(pid_t pid, const struct dump_order *order, unsigned *out_found);

/* The last part of the program's path, fit to be printed: "unknown" if it cannot be told. */
void tool_program_name(const struct region_header *header, char *out_name, size_t bytes);

/* On standard error: the `most` worst stacks, or that there are none but idle ones; where to see who made others wait, if
 * anybody did. */
void tool_run_say_worst(const char *block_path, unsigned most);
void tool_run_say_holders(const char *mutex_path);

#endif
