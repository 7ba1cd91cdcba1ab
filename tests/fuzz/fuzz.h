/* SPDX-License-Identifier: MIT */
/* fuzz: what the fuzzed readers share. A reader's program is X_fuzz.c; what it has read is in corpus/X.
 *
 * Built by      clang with its fuzzer and its address and undefined-behaviour sanitizers (SANITIZE=fuzz); the private heap is
 *               libc's there and every piece of an arena a block of its own, so that each byte too far is seen.
 * Findings      a crash, a sanitizer's report, a broken fuzz_require, more than a second or 1 GB for one input.
 */
#ifndef CONTEND_TESTS_FUZZ_H
#define CONTEND_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "random.h"

/* The fuzzer calls these. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* It has this: changes bytes as it sees fit; returns how many there are then. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* What holds, whatever is read. */
#define fuzz_require(condition)                                                                                        \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			fuzz_broken(#condition, __FILE__, __LINE__);                                                   \
	} while (0)
_Noreturn void fuzz_broken(const char *condition, const char *file, int line);

/* The path of `name` in a directory of this process, in memory, that is empty at first and goes away with it. Good until the
 * fourth call from now. */
const char *fuzz_path(const char *name);

void fuzz_write_file(const char *path, const void *bytes, size_t count);

/* A number as a hostile file would have it: an edge of some type, a power of two, something near `usual` or `limit`. */
uint64_t fuzz_number(struct random *random, uint64_t usual, uint64_t limit);

/* `contend show FILE` in this process, in all forms. Whatever is in the file: exit status 0 and no complaint, or 1 and one line that names
 * the file; and nothing that a terminal would obey. Returns the exit status. */
int fuzz_show(const char *path);

/* Prints the name of a function, whatever it is, as the tool does. */
void fuzz_print_function(const char *name);

#endif
