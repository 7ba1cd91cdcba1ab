/* SPDX-License-Identifier: MIT
 * A preloaded allocator that takes one pthread mutex for every call, and so contends inside malloc. It hands out memory from a
 * static arena and never takes any back.
 */
#include "hazard.h"

enum {
	ARENA_BYTES = 64 << 20,
	HEAD_BYTES = 16, /* before each block: its size */
};

static char arena[ARENA_BYTES] __attribute__((aligned(16)));
static size_t used; /* protected by mutex */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int coexist_malloc_met; /* calls that found the mutex taken */

static __thread int inside __attribute__((tls_model("initial-exec")));

void *malloc(size_t bytes)
{
	size_t whole = (bytes + HEAD_BYTES + 15) & ~(size_t)15;
	char *block = NULL;

	if (inside)
		hazard_fail(__FILE__, __LINE__, "!inside", "malloc was called from within malloc's lock");
	inside = 1;
	if (hazard_is_locked(&mutex))
		__atomic_add_fetch(&coexist_malloc_met, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&mutex);
	if (whole <= sizeof(arena) - used) {
		block = arena + used + HEAD_BYTES;
		used += whole;
		*(size_t *)(block - HEAD_BYTES) = bytes;
	}
	pthread_mutex_unlock(&mutex);
	inside = 0;
	return block;
}

void free(void *block)
{
	(void)block;
}

void *calloc(size_t count, size_t bytes)
{
	return malloc(count * bytes); /* fresh memory of a static array is zero */
}

void *realloc(void *block, size_t bytes)
{
	void *fresh = malloc(bytes);
	size_t old = block ? *(size_t *)((char *)block - HEAD_BYTES) : 0;

	if (fresh && block)
		memcpy(fresh, block, old < bytes ? old : bytes);
	return fresh;
}
