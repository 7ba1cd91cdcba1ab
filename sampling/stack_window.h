/* SPDX-License-Identifier: MIT */
/* stack_window: the memory that a walk may read, of the thread's own stack or of another thread's. Included by stack.c only.
 *
 * Own stack     read where it lies: inside known limits, beyond them page by page if the kernel says that it is readable.
 * Another's     may go away at any moment: the kernel copies each page that is wanted into `copy`.
 */
#ifndef CONTEND_STACK_WINDOW_H
#define CONTEND_STACK_WINDOW_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>

#include "kernel.h"
#include "stack.h"

enum { STACK_PAGE_BYTES = 4096, STACK_WORD_BYTES = sizeof(uint64_t) };

/* Words may begin in [low, low + span). */
struct stack_window {
	uint64_t low;
	uint64_t span;
	uint64_t shift;        /* from a word's address to where it is read */
	char *copy;            /* a page of another thread's stack; NULL: the stack is our own */
	bool may_probe;        /* beyond it, the kernel is asked */
	struct stack_log *log; /* where words are noted; NULL: nowhere, or not any more */
};

static inline void stack_log_begin(struct stack_window *window)
{
	if (!window->log)
		return;
	window->log->low = window->low;
	window->log->count = 0;
	window->log->is_whole = true;
	window->log->is_deep = false;
}

static inline void stack_log_end(struct stack_window *window, bool used_bp)
{
	if (window->log)
		window->log->used_bp = used_bp;
}

static inline void stack_log_end_deep(struct stack_window *window)
{
	if (window->log)
		window->log->is_deep = true;
}

/* What the log has is not all that the walk depends on. */
static inline void stack_log_spoil(struct stack_window *window)
{
	if (window->log)
		window->log->is_whole = false;
	window->log = NULL;
}

/* address: of the window. */
static inline void stack_log_note(struct stack_window *window, uint64_t address, uint64_t word)
{
	struct stack_log *log = window->log;
	uint64_t offset = address - window->low;

	if (log->count == log->limit || offset % STACK_WORD_BYTES || offset / STACK_WORD_BYTES > UINT16_MAX) {
		stack_log_spoil(window);
		return;
	}
	log->offsets[log->count] = (uint16_t)(offset / STACK_WORD_BYTES);
	log->words[log->count++] = word;
}

/* The words in [low, high) begin in so many bytes. */
static uint64_t stack_span(uint64_t low, uint64_t high)
{
	return high - low < STACK_WORD_BYTES ? 0 : high - low - STACK_WORD_BYTES + 1;
}

/* Is the word, and so its page, readable? The kernel reads a signal mask before it finds that it does not know what to do
 * with it. */
static bool stack_is_readable(uint64_t address)
{
	return KERNEL_CALL(rt_sigprocmask, -1, address, NULL, sizeof(uint64_t)) == -EINVAL;
}

/* Copies a page of memory that may not be there. */
static bool stack_copy_page(uint64_t page, char *out_copy)
{
	struct iovec local = {.iov_base = out_copy, .iov_len = STACK_PAGE_BYTES};
	struct iovec remote = {.iov_base = (void *)page, .iov_len = STACK_PAGE_BYTES};

	return KERNEL_CALL(process_vm_readv, KERNEL_CALL(getpid), &local, 1, &remote, 1, 0) == STACK_PAGE_BYTES;
}

/* May the word be read after all? Then the window is made to hold its page, and what it held next to that. */
static __attribute__((noinline)) bool stack_widen_window(struct stack_window *window, uint64_t address)
{
	uint64_t page = address & -(uint64_t)STACK_PAGE_BYTES;
	uint64_t high = window->low + window->span + STACK_WORD_BYTES - 1;

	stack_log_spoil(window);
	if (!window->may_probe || address % STACK_WORD_BYTES ||
	    !(window->copy ? stack_copy_page(page, window->copy) : stack_is_readable(address)))
		return false;
	if (!window->span || page != high || window->copy)
		window->low = page;
	if (window->copy)
		window->shift = (uint64_t)window->copy - page;
	window->span = stack_span(window->low, page + STACK_PAGE_BYTES);
	return true;
}

/* Reads one word of the walked stack. A sanitizer knows nothing of frames that it did not lay out. */
static inline __attribute__((no_sanitize("address", "thread"))) bool stack_read(void *memory, uint64_t address,
										uint64_t *out_word)
{
	struct stack_window *window = memory;

	if (address - window->low >= window->span && !stack_widen_window(window, address))
		return false;
	memcpy(out_word, (const void *)(address + window->shift), sizeof(*out_word));
	if (window->log)
		stack_log_note(window, address, *out_word);
	return true;
}

#endif
