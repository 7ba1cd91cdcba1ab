/* SPDX-License-Identifier: MIT */
#include "libunwind_i.h"

#include "outside.h"

_Thread_local struct libunwind_blocks *libunwind_blocks;

_Static_assert(sizeof(dwarf_stackable_reg_state_t) <= LIBUNWIND_BLOCK_BYTES,
	       "a saved register state fits into a block");
_Static_assert(sizeof(struct dwarf_cie_info) <= LIBUNWIND_BLOCK_BYTES, "a common information entry fits into a block");

void mempool_init(struct mempool *pool, size_t block_bytes, size_t reserve)
{
	(void)pool, (void)block_bytes, (void)reserve;
}

void *mempool_alloc(struct mempool *pool)
{
	struct libunwind_blocks *blocks = libunwind_blocks;
	int free_block = __builtin_ctz(~blocks->used);

	(void)pool;
	if (free_block >= LIBUNWIND_BLOCKS)
		return NULL;
	blocks->used |= 1u << free_block;
	return blocks->bytes[free_block];
}

void mempool_free(struct mempool *pool, void *block)
{
	(void)pool;
	libunwind_blocks->used &= ~(1u << (((uint8_t *)block - libunwind_blocks->bytes[0]) / LIBUNWIND_BLOCK_BYTES));
}

/* Code that registers itself with libunwind does so with the application's copy, not with this one. */
int unwi_find_dynamic_proc_info(unw_addr_space_t space, unw_word_t address, unw_proc_info_t *info, int need_unwind_info,
				void *argument)
{
	(void)space, (void)address, (void)info, (void)need_unwind_info, (void)argument;
	return -UNW_ENOINFO;
}

void unwi_put_dynamic_unwind_info(unw_addr_space_t space, unw_proc_info_t *info, void *argument)
{
	(void)space, (void)info, (void)argument;
}

/* For tracers that step with caches; we have none. */
void tdep_stash_frame(struct dwarf_cursor *cursor, struct dwarf_reg_state *state)
{
	(void)cursor, (void)state;
}

/* For those who look into memory that may not be there. */
void tdep_init_mem_validate(void)
{
}

intrmask_t unwi_full_mask;

void mi_init(void)
{
}

/* What libunwind.sh puts in the place of libc's functions of these names. */
void *libunwind_malloc(size_t bytes);
int libunwind_pthread_mutex_lock(pthread_mutex_t *mutex);
int libunwind_pthread_mutex_unlock(pthread_mutex_t *mutex);
int libunwind_sigfillset(sigset_t *set);
void *libunwind_mmap(void *address, size_t bytes, int protection, int flags, int descriptor, off_t offset);
int libunwind_munmap(void *address, size_t bytes);

/* Only the address space is ever allocated so, and we create one. */
void *libunwind_malloc(size_t bytes)
{
	static struct unw_addr_space space;

	return bytes == sizeof(space) ? &space : NULL;
}

/* Only the initialisation locks and wants to mask signals; it runs before there are threads. */
int libunwind_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

int libunwind_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	(void)mutex;
	return 0;
}

int libunwind_sigfillset(sigset_t *set)
{
	(void)set;
	return 0;
}

/* Only caches are mapped, and we have none. */
void *libunwind_mmap(void *address, size_t bytes, int protection, int flags, int descriptor, off_t offset)
{
	(void)address, (void)bytes, (void)protection, (void)flags, (void)descriptor, (void)offset;
	return MAP_FAILED;
}

int libunwind_munmap(void *address, size_t bytes)
{
	(void)address, (void)bytes;
	return -1;
}
