/* SPDX-License-Identifier: MIT */
/* ending_clues: what is known of how a process ended, and what that is in words. Texts in, values out: no file is read here.
 *
 * Called from   ending.c, the tool, tests; the library does not have it.
 */
#ifndef CONTEND_ENDING_CLUES_H
#define CONTEND_ENDING_CLUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ENDING_WORDS_BYTES 320

struct ending_clues {
	bool is_before_boot;   /* it ran before the machine was started last */
	bool is_other_program; /* the process is there, and has another program now */
	bool is_closed;        /* it ended by itself, after its last dump */
	bool has_status;
	int status;         /* as wait(2) gives it */
	const char *kernel; /* what the kernel's log says, or NULL */
	const char *core;   /* path of a core file, or NULL */
	int core_signal;    /* that it was made for; 0: not known */
	uint32_t signs;     /* bit N: enum region_sign N */
	int dump_error;     /* errno of its last dump, or 0 */
};

/* "killed by SIGSEGV; it was writing a dump": never empty. */
void ending_tell(const struct ending_clues *clues, char *out_words, size_t bytes);

/* "exit status 3", "killed by SIGSEGV (core dumped)". */
void ending_tell_status(int status, char *out_words, size_t bytes);

/* What one line of the kernel's log says of the end of one process. */
struct ending_line {
	int64_t time_us; /* since boot */
	pid_t id;        /* of the process or of one of its threads */
	char words[160];
};

/* A record of /dev/kmsg; false if it tells of no process's end. */
bool ending_parse_kernel_line(const char *record, struct ending_line *out_line);

/* Is that the name which systemd-coredump gives to a core of that process? */
bool ending_is_core_name(const char *name, uid_t uid, const uint64_t boot_id[2], pid_t pid);

#endif
