/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "heap.h"
#include "processor.h"

/* jemalloc's names (jemalloc.sh), or the libc's that the sanitizer knows. */
#if HEAP_IS_SANITIZED
#include <malloc.h>
#include <stdlib.h>
#define heap_je_malloc             malloc
#define heap_je_calloc             calloc
#define heap_je_realloc            realloc
#define heap_je_free               free
#define heap_je_malloc_usable_size malloc_usable_size
static char heap_data[1], heap_bss[1];
#define HEAP_DATA       heap_data
#define HEAP_DATA_LIMIT (heap_data + sizeof(heap_data))
#define HEAP_BSS        heap_bss
#define HEAP_BSS_LIMIT  (heap_bss + sizeof(heap_bss))
#else
extern void *heap_je_malloc(size_t bytes);
extern void *heap_je_calloc(size_t count, size_t item_bytes);
extern void *heap_je_realloc(void *block, size_t bytes);
extern void heap_je_free(void *block);
extern size_t heap_je_malloc_usable_size(const void *block);
/* All of jemalloc's variables; the linker makes these names of the sections'. */
extern char __start_heap_je_data[], __stop_heap_je_data[], __start_heap_je_bss[], __stop_heap_je_bss[];
#define HEAP_DATA       __start_heap_je_data
#define HEAP_DATA_LIMIT __stop_heap_je_data
#define HEAP_BSS        __start_heap_je_bss
#define HEAP_BSS_LIMIT  __stop_heap_je_bss
#endif

enum {
	HEAP_DATA_BYTES = 4096, /* jemalloc.sh checks that they suffice */
	HEAP_PAGE_BYTES = PROCESSOR_PAGE_BYTES_MOST,
};

static struct {
	bool is_ready;
	size_t used_bytes;
	char pristine_data[HEAP_DATA_BYTES]; /* jemalloc's initialised variables before the first use */
} heap;

static void heap_prepare(void)
{
	memcpy(heap.pristine_data, HEAP_DATA, HEAP_DATA_LIMIT - HEAP_DATA);
	heap.is_ready = true;
}

static void *heap_count_in(void *block)
{
	if (block)
		heap.used_bytes += heap_je_malloc_usable_size(block);
	return block;
}

/* The allocator sets errno; a report may run in a signal handler, where errno is the application's. */
void *heap_alloc(size_t bytes)
{
	int error = errno;
	void *block;

	if (!heap.is_ready)
		heap_prepare();
	block = heap_count_in(heap_je_malloc(bytes ? bytes : 1));
	errno = error;
	return block;
}

void *heap_alloc_array(size_t count, size_t item_bytes)
{
	int error = errno;
	void *block;

	if (!heap.is_ready)
		heap_prepare();
	block = heap_count_in(heap_je_calloc(count ? count : 1, item_bytes));
	errno = error;
	return block;
}

void *heap_resize(void *block, size_t bytes)
{
	int error = errno;
	size_t old_bytes;
	void *resized;

	if (!block)
		return heap_alloc(bytes);
	old_bytes = heap_je_malloc_usable_size(block);
	resized = heap_je_realloc(block, bytes ? bytes : 1);
	if (resized)
		heap.used_bytes += heap_je_malloc_usable_size(resized) - old_bytes;
	errno = error;
	return resized;
}

void heap_free(void *block)
{
	int error = errno;

	if (!block)
		return;
	heap.used_bytes -= heap_je_malloc_usable_size(block);
	heap_je_free(block);
	errno = error;
}

int heap_grow(void **array, size_t count, size_t *room, size_t entry_bytes)
{
	enum { FIRST_ROOM = 64 };
	size_t more = *room ? *room * 2 : FIRST_ROOM;
	void *larger;

	if (count < *room)
		return 0;
	larger = heap_resize(*array, more * entry_bytes);
	if (!larger)
		return -ENOMEM;
	*array = larger;
	*room = more;
	return 0;
}

size_t heap_used_bytes(void)
{
	return heap.used_bytes;
}

/* Whole pages are given back, which zeroes them without touching their 2 MB; the rest is cleared. */
static void heap_clear(char *begin, char *end)
{
	char *first_page = (char *)(((uintptr_t)begin + HEAP_PAGE_BYTES - 1) & -HEAP_PAGE_BYTES);
	char *last_page = (char *)((uintptr_t)end & -HEAP_PAGE_BYTES);

	if (first_page >= last_page || madvise(first_page, last_page - first_page, MADV_DONTNEED)) {
		memset(begin, 0, end - begin);
		return;
	}
	memset(begin, 0, first_page - begin);
	memset(last_page, 0, end - last_page);
}

void heap_reset(void)
{
	int error = errno;

	if (!heap.is_ready)
		return;
	memcpy(HEAP_DATA, heap.pristine_data, HEAP_DATA_LIMIT - HEAP_DATA);
	heap_clear(HEAP_BSS, HEAP_BSS_LIMIT);
	heap.used_bytes = 0;
	errno = error;
}

static void *heap_protobuf_alloc(void *data, size_t bytes)
{
	(void)data;
	return heap_alloc(bytes);
}

static void heap_protobuf_free(void *data, void *block)
{
	(void)data;
	heap_free(block);
}

ProtobufCAllocator heap_for_protobuf = {.alloc = heap_protobuf_alloc, .free = heap_protobuf_free};

void *heap_zlib_alloc(void *opaque, unsigned count, unsigned item_bytes)
{
	(void)opaque;
	return heap_alloc_array(count, item_bytes);
}

void heap_zlib_free(void *opaque, void *block)
{
	(void)opaque;
	heap_free(block);
}
