/* SPDX-License-Identifier: MIT */
/* The library of fork_allocator: an allocator like jemalloc that holds its lock across forks. Loaded after what is preloaded
 * and started before it, it comes before it in the child, too. */
#include <pthread.h>

pthread_mutex_t fork_allocator_lock = PTHREAD_MUTEX_INITIALIZER;
void (*fork_allocator_locked)(void);

static void prepare(void)
{
	pthread_mutex_lock(&fork_allocator_lock);
	if (fork_allocator_locked)
		fork_allocator_locked();
}

static void unlock(void)
{
	pthread_mutex_unlock(&fork_allocator_lock);
}

__attribute__((constructor)) static void start(void)
{
	pthread_atfork(prepare, unlock, unlock);
}
