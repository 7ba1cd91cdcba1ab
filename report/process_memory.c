/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#include "kernel.h"
#include "process_memory.h"

void process_memory_open(struct process_memory *memory, pid_t pid)
{
	char path[32];

	*memory = (struct process_memory){.descriptor = -1, .error = -ESRCH};
	if (!pid)
		return;
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory->descriptor = (int)KERNEL_CALL(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	memory->error = memory->descriptor < 0 ? memory->descriptor : 0;
}

void process_memory_open_own(struct process_memory *memory)
{
	*memory = (struct process_memory){.descriptor = -1};
}

void process_memory_close(struct process_memory *memory)
{
	if (memory->descriptor >= 0)
		KERNEL_CALL(close, memory->descriptor);
	memory->descriptor = -1;
}

/* What is not there (any more) is an error. */
static long read_own(uint64_t address, void *out_bytes, size_t bytes)
{
	struct iovec local = {.iov_base = out_bytes, .iov_len = bytes};
	struct iovec remote = {.iov_base = (void *)address, .iov_len = bytes};

	return KERNEL_CALL(process_vm_readv, KERNEL_CALL(getpid), &local, 1, &remote, 1, 0);
}

int process_memory_read(const struct process_memory *memory, uint64_t address, void *out_bytes, size_t bytes)
{
	long count;

	if (memory->error)
		return memory->error;
	if (address > INT64_MAX - bytes)
		return -EFAULT;
	count = memory->descriptor < 0 ? read_own(address, out_bytes, bytes)
				       : KERNEL_CALL(pread64, memory->descriptor, out_bytes, bytes, address);
	if (count < 0)
		return (int)count;
	return (size_t)count == bytes ? 0 : -EFAULT;
}

bool process_memory_read_word(struct process_memory *memory, uint64_t address, uint64_t *out_word)
{
	uint64_t page = address & -(uint64_t)PROCESS_MEMORY_PAGE_BYTES;

	if (address % sizeof(*out_word))
		return process_memory_read(memory, address, out_word, sizeof(*out_word)) == 0;
	if (!memory->has_page || memory->page_address != page) {
		memory->has_page = process_memory_read(memory, page, memory->page, sizeof(memory->page)) == 0;
		memory->page_address = page;
	}
	if (memory->has_page)
		memcpy(out_word, memory->page + (address - page), sizeof(*out_word));
	return memory->has_page;
}

void process_memory_forget(struct process_memory *memory)
{
	memory->has_page = false;
}
