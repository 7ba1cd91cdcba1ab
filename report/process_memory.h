/* SPDX-License-Identifier: MIT */
/* process_memory: what another process, or this one, has at an address that may lead nowhere.
 *
 * Called from   the tool; the thread that makes reports.
 * Needs         the right to trace the process, if it is another one; nothing is traced or stopped: its memory file is read while it runs.
 * Reading       copies, a page of them kept for words that lie close together, until process_memory_forget.
 */
#ifndef CONTEND_PROCESS_MEMORY_H
#define CONTEND_PROCESS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_MEMORY_PAGE_BYTES 4096

struct process_memory {
	int descriptor; /* -1: this process's memory */
	int error;      /* -errno of opening it: -EACCES, -EPERM: not allowed; then nothing can be read */
	uint64_t page_address;
	bool has_page;
	uint8_t page[PROCESS_MEMORY_PAGE_BYTES];
};

/* pid 0: nobody's, of which nothing can be read. */
void process_memory_open(struct process_memory *memory, pid_t pid);
void process_memory_open_own(struct process_memory *memory);
void process_memory_close(struct process_memory *memory);

/* 0 or -errno; the memory as it is now. */
int process_memory_read(const struct process_memory *memory, uint64_t address, void *out_bytes, size_t bytes);

/* One word, perhaps as it was when another one of its page was read. */
bool process_memory_read_word(struct process_memory *memory, uint64_t address, uint64_t *out_word);

void process_memory_forget(struct process_memory *memory);

#endif
