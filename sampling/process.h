/* SPDX-License-Identifier: MIT */
/* process: what this process is called and when it started, asked of the kernel once.
 *
 * Called from   the constructor and fork children. Raw system calls only: may run in a signal handler.
 * Without /proc texts are "" and numbers 0.
 */
#ifndef CONTEND_PROCESS_H
#define CONTEND_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* Absolute path of the executable, cut at `bytes`. */
void process_program(char *out_path, size_t bytes);

/* The current directory, absolute, cut at `bytes`. */
void process_directory(char *out_path, size_t bytes);

/* When a process started: clock ticks after boot (field 22 of /proc/PID/stat). pid 0: this process. */
uint64_t process_start_ticks(int pid);

/* How large a file this process may make (RLIMIT_FSIZE): going beyond ends it by a signal. */
uint64_t process_file_limit_bytes(void);

/* Which boot this is: kernel.random.boot_id as two words. */
void process_boot_id(uint64_t out_id[2]);

#endif
