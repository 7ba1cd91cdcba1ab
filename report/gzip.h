/* SPDX-License-Identifier: MIT */
/* gzip: memory to memory, without name and time in the header (the same input gives the same bytes).
 *
 * Memory        private heap; results are freed with heap_free.
 * Errors        -ENOMEM; unpacking: -EBADMSG for damaged input, -EFBIG beyond the limit.
 */
#ifndef CONTEND_GZIP_H
#define CONTEND_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int gzip_pack(const void *bytes, size_t count, uint8_t **out_packed, size_t *out_packed_count);

/* One member and nothing behind it. */
int gzip_unpack(const void *packed, size_t count, size_t limit_bytes, uint8_t **out_bytes, size_t *out_count);

/* Do these bytes begin like a gzip file? */
bool gzip_is_packed(const void *bytes, size_t count);

#endif
