/* SPDX-License-Identifier: MIT */
/* file_type: what a descriptor leads to, asked of the kernel.
 *
 * Called from   application threads, guard held, when a wait is recorded: a wait that is dropped never asks. (A table kept up
 *               by watching descriptors come and go would cost every open and close, and miss those that are inherited or
 *               received.) One or two raw system calls, of those that the process has made at its start.
 * Never fails   what cannot be told is FILE_TYPE_NONE.
 */
#ifndef CONTEND_FILE_TYPE_H
#define CONTEND_FILE_TYPE_H

#include <stdint.h>

enum file_type {
#define FILE_TYPE(identifier, name) identifier,
#include "file_types.def"
#undef FILE_TYPE
	FILE_TYPE_COUNT
};

/* In place of a descriptor: one that is a socket, as its call shows. The kernel is not asked. */
#define FILE_IS_SOCKET (-2)

/* descriptor -1: none. FILE_TYPE_NONE also where the kernel must not be asked (kernel_forbid). */
enum file_type file_type_of(int descriptor);

/* Of a descriptor of another thread of this process, whose table may be another one than the caller's. For who makes reports. */
enum file_type file_type_of_other(uint32_t tid, int descriptor);

#endif
