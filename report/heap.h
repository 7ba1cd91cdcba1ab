/* SPDX-License-Identifier: MIT */
/* heap: the memory of reports: a jemalloc of our own, never the application's malloc.
 *
 * Called from   report/ only: the helper thread, process exit, the tool, a signal handler of a single-threaded process.
 *               Never from a wrapper.
 * Concurrency   one caller at a time, in the whole process; the caller of report/ sees to it. Locks inside are no-ops.
 * When full     NULL; whoever asked turns that into -ENOMEM.
 * Invisible     no thread-local storage, no thread, no fork handler, no MALLOC_CONF, no message, no file.
 * Fork          a child may inherit a heap in the middle of a call: heap_reset first.
 */
#ifndef CONTEND_HEAP_H
#define CONTEND_HEAP_H

#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

/* The address sanitizer must see every block: its builds have the libc's heap, and no block is made of others. */
#if defined(__SANITIZE_ADDRESS__)
#define HEAP_IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_IS_SANITIZED 1
#endif
#endif
#ifndef HEAP_IS_SANITIZED
#define HEAP_IS_SANITIZED 0
#endif

void *heap_alloc(size_t bytes);

/* Zeroed; NULL too when the product overflows. */
void *heap_alloc_array(size_t count, size_t item_bytes);

/* As realloc; the old block lives on when NULL comes back. */
void *heap_resize(void *block, size_t bytes);

/* Makes room for one more entry in an array that has `count` of them and *room for so many. 0 or -ENOMEM. */
int heap_grow(void **array, size_t count, size_t *room, size_t entry_bytes);

/* heap_free(NULL) does nothing. */
void heap_free(void *block);

/* Bytes that are allocated, by usable size. */
size_t heap_used_bytes(void);

/* Back to the state before the first use; every block is gone. For a fork child, whose parent may have been anywhere in
 * here. The pages of the lost blocks stay mapped (they are the parent's, shared, as long as nobody writes them). */
void heap_reset(void);

/* For protobuf-c's pack and unpack, and for z_stream's zalloc and zfree. */
extern ProtobufCAllocator heap_for_protobuf;
void *heap_zlib_alloc(void *opaque, unsigned count, unsigned item_bytes);
void heap_zlib_free(void *opaque, void *block);

#endif
