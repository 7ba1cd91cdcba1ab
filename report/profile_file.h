/* SPDX-License-Identifier: MIT */
/* profile_file: profiles as bytes and files: packed, unpacked, read and checked.
 *
 * Memory        private heap; what was read is freed with profile_file_free.
 * Errors        -errno of the system; -EBADMSG: not a profile; -EFBIG: beyond the limits; -ENOMEM.
 * Limits        a few bytes of gzip may stand for a million, and those for a hundred million in memory.
 */
#ifndef CONTEND_PROFILE_FILE_H
#define CONTEND_PROFILE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "profile.pb-c.h"

struct profile_file_limits {
	size_t bytes;        /* of the profile without gzip */
	size_t memory_bytes; /* that it takes as a message */
};

/* Some millions of different stacks. */
#define PROFILE_FILE_LIMITS ((struct profile_file_limits){.bytes = (size_t)1 << 28, .memory_bytes = (size_t)1 << 31})

/* The bytes of the file: gzip of the packed message. Free with heap_free. */
int profile_file_pack(const Perftools__Profiles__Profile *profile, uint8_t **out_bytes, size_t *out_count);

/* The opposite, also without gzip. Checks what a reader relies on: string_table[0] is "", every string index, mapping,
 * location and function id exists, every sample has as many values as there are sample types. */
int profile_file_unpack(const uint8_t *bytes, size_t count, struct profile_file_limits limits,
			Perftools__Profiles__Profile **out_profile);

/* With PROFILE_FILE_LIMITS. */
int profile_file_read(const char *path, Perftools__Profiles__Profile **out_profile);

void profile_file_free(Perftools__Profiles__Profile *profile);

#endif
