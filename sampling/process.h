/* SPDX-License-Identifier: MIT */
/* process: what this process is called and when it started, asked of the kernel once.
 *
 * Called from   the constructor and fork children. Raw system calls only: may run in a signal handler.
 * Without /proc texts are "" and numbers 0.
 */
#ifndef CONTEND_PROCESS_H
#define CONTEND_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Absolute path of the executable, cut at `bytes`; without /proc as it was called, if that was absolute. */
void process_program(char *out_path, size_t bytes);

/* The current directory, absolute, cut at `bytes`. */
void process_directory(char *out_path, size_t bytes);

/* What /proc/PID/stat says, as far as we ask. */
struct process_stat {
	char state;           /* 'Z': it has ended, and its parent has not asked yet */
	uint64_t threads;     /* that live */
	uint64_t start_ticks; /* clock ticks after boot */
	uint64_t exit_code;   /* as wait(2) gives it; 0 also where it is not for us to see */
};

/* False if that is no such text. */
bool process_stat_parse(const char *text, struct process_stat *out_stat);

/* pid 0: this process. False if there is no such process, or no /proc. */
bool process_stat_read(int pid, struct process_stat *out_stat);

/* When this process started: clock ticks after boot. */
uint64_t process_start_ticks(void);

/* CPU time that all its threads used since it was forked; pid 0: this process. 0 if it cannot be told. */
uint64_t process_cpu_ns(int pid);

/* The inode of the namespace that this process's pid is a number of. */
uint64_t process_pid_namespace(void);

/* How large a file this process may make (RLIMIT_FSIZE): going beyond ends it by a signal. */
uint64_t process_file_limit_bytes(void);

/* Which boot this is: kernel.random.boot_id as two words. */
void process_boot_id(uint64_t out_id[2]);

#endif
