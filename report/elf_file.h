/* SPDX-License-Identifier: MIT */
/* elf_file: one ELF64 little-endian file, as far as names of functions need it.
 *
 * Reading       by pread through a descriptor that is open between open and close; nothing is mapped, so a file that
 *               shrinks meanwhile gives an error and not a SIGBUS. Nothing in the file is believed: every offset,
 *               size and index is checked where it is used.
 * Descriptor    close-on-exec; closed only if it still is the one that was opened (programs close descriptors by
 *               number).
 * Memory        private heap: the section headers.
 * Errors        -errno of the system, -ENOEXEC for what is no usable ELF file, -ENOMEM.
 */
#ifndef CONTEND_ELF_FILE_H
#define CONTEND_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <elf.h>

#include "descriptor.h"

enum { ELF_FILE_BUILD_ID_BYTES = 64 };

struct elf_file {
	int descriptor;
	struct descriptor_target target;
	uint64_t file_bytes;
	Elf64_Shdr *sections;
	size_t section_count; /* 0: the file has no section headers */
	uint8_t build_id[ELF_FILE_BUILD_ID_BYTES];
	size_t build_id_bytes; /* 0: none */
};

/* An absolute path, as a process sees it whose root directory is `root` ("" for our own): what another process is called by
 * does not make us open a file that it cannot see. That needs Linux 5.6; before, -ENOSYS. */
int elf_file_open(const char *root, const char *path, struct elf_file *out_file);

/* The separate debug file of that build id. */
int elf_file_open_debug(const char *root, const uint8_t *build_id, size_t build_id_bytes, struct elf_file *out_file);

void elf_file_close(struct elf_file *file);

/* The first section of that type (SHT_SYMTAB, SHT_DYNSYM) that has contents; NULL if there is none. */
const Elf64_Shdr *elf_file_section(const struct elf_file *file, uint32_t type);

/* Reads exactly `bytes` bytes at `offset` of the file. */
int elf_file_read(const struct elf_file *file, uint64_t offset, void *out_bytes, size_t bytes);

/* Reads the string at `offset` of string section number `section` into out_text, cut at limit - 1 bytes. */
int elf_file_read_string(const struct elf_file *file, uint32_t section, uint64_t offset, char *out_text, size_t limit);

#endif
