/* SPDX-License-Identifier: MIT */
/* write_trace: where the library's writable memory is written: its data and its region.
 *
 * While a trace is on, that memory is write-protected; each write faults, is noted with its thread, and is let through alone, by
 * single-stepping. Threads' own stacks and thread-local memory are not watched.
 * Needs         an x86-64, and that the kernel writes nothing there meanwhile. What another thread writes to the same page in the
 *               instant of a let-through write may go unseen: what is looked for is made more than once.
 */
#ifndef CONTEND_TESTS_WRITE_TRACE_H
#define CONTEND_TESTS_WRITE_TRACE_H

#include <dirent.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include "hazard/hazard.h"
#include "mappings.h"
#include "region.h"

enum {
	WRITE_TRACE_PAGE = 4096,
	WRITE_TRACE_RANGES = 16,
	WRITE_TRACE_WRITES = 65536,
	WRITE_TRACE_TRAP_FLAG = 0x100,
};

struct write_trace_range {
	uint64_t begin, end;
};

struct write_trace_write {
	uint64_t address;
	pid_t tid;
};

static struct {
	struct write_trace_range ranges[WRITE_TRACE_RANGES];
	unsigned range_count;
	const struct region *region;
	struct write_trace_write writes[WRITE_TRACE_WRITES];
	_Atomic unsigned write_count; /* beyond the limit: some were not noted */
} write_trace;

static __thread uint64_t write_trace_page; /* that is let through */

static void write_trace_protect(uint64_t address, uint64_t bytes, int protection)
{
	if (mprotect((void *)address, bytes, protection))
		abort();
}

static bool write_trace_watches(uint64_t address)
{
	for (unsigned i = 0; i < write_trace.range_count; i++)
		if (address >= write_trace.ranges[i].begin && address < write_trace.ranges[i].end)
			return true;
	return false;
}

/* Does the interrupted thread go on for one instruction only? */
static void write_trace_step(void *context, bool is_one)
{
#ifdef __x86_64__
	greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];

	*flags = is_one ? *flags | WRITE_TRACE_TRAP_FLAG : *flags & ~WRITE_TRACE_TRAP_FLAG;
#else
	(void)context, (void)is_one;
	abort();
#endif
}

/* Writes to a page that is not watched are faults as ever. */
static void write_trace_fault(int number, siginfo_t *info, void *context)
{
	uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
	unsigned i;

	if (!write_trace_watches(address)) {
		signal(number, SIG_DFL);
		return;
	}
	i = atomic_fetch_add(&write_trace.write_count, 1);
	if (i < WRITE_TRACE_WRITES)
		write_trace.writes[i] = (struct write_trace_write){address, gettid()};
	write_trace_page = address & ~(uint64_t)(WRITE_TRACE_PAGE - 1);
	write_trace_protect(write_trace_page, WRITE_TRACE_PAGE, PROT_READ | PROT_WRITE);
	write_trace_step(context, true);
}

static void write_trace_stepped(int number, siginfo_t *info, void *context)
{
	(void)number, (void)info;
	write_trace_protect(write_trace_page, WRITE_TRACE_PAGE, PROT_READ);
	write_trace_step(context, false);
}

static void write_trace_watch(uint64_t begin, uint64_t end)
{
	if (write_trace.range_count < WRITE_TRACE_RANGES)
		write_trace.ranges[write_trace.range_count++] = (struct write_trace_range){begin, end};
}

/* The library's data, but for what the loader has made read-only. */
static int write_trace_find_data(struct dl_phdr_info *object, size_t bytes, void *unused)
{
	uint64_t begin = 0, end = 0, read_only_end = 0;

	(void)bytes, (void)unused;
	if (!strstr(object->dlpi_name, "/libcontend.so"))
		return 0;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uint64_t address = object->dlpi_addr + part->p_vaddr;

		if (part->p_type == PT_LOAD && (part->p_flags & PF_W)) {
			begin = address;
			end = address + part->p_memsz;
		} else if (part->p_type == PT_GNU_RELRO) {
			read_only_end = address + part->p_memsz;
		}
	}
	begin = read_only_end > begin ? read_only_end : begin;
	write_trace_watch((begin + WRITE_TRACE_PAGE - 1) & -(uint64_t)WRITE_TRACE_PAGE,
			  (end + WRITE_TRACE_PAGE - 1) & -(uint64_t)WRITE_TRACE_PAGE);
	return 1;
}

static void write_trace_find_region(void)
{
	FILE *maps = mappings_open(getpid());
	struct mapping mapping;

	while (mappings_next(maps, &mapping)) {
		if (strcmp(mapping.kind, "rw-s") || !strstr(mapping.path, "/contend-"))
			continue;
		write_trace_watch(mapping.begin, mapping.end);
		if (!mapping.offset)
			write_trace.region = (const struct region *)mapping.begin;
	}
	mappings_close(maps);
}

/* The library's own thread, if there is one: it has all signals blocked, and must not write while that faults. */
static void write_trace_await_helper(void)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;
	char path[300], name[16];

	while (tasks && (task = readdir(tasks))) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm", task->d_name);
		file = fopen(path, "r");
		if (file && fgets(name, sizeof(name), file) && !strcmp(name, "contend\n"))
			hazard_await_asleep(atoi(task->d_name));
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
}

/* False where nothing can be traced: the library is not there, or this is no x86-64. After the first thread was made. */
static bool write_trace_init(void)
{
	struct sigaction fault = {.sa_sigaction = write_trace_fault, .sa_flags = SA_SIGINFO | SA_RESTART};
	struct sigaction stepped = {.sa_sigaction = write_trace_stepped, .sa_flags = SA_SIGINFO | SA_RESTART};

	dl_iterate_phdr(write_trace_find_data, NULL);
	write_trace_find_region();
	write_trace_await_helper();
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGTRAP, &stepped, NULL);
#ifdef __x86_64__
	return write_trace.region && write_trace.range_count > 1;
#else
	return false;
#endif
}

static void write_trace_set(int protection)
{
	for (unsigned i = 0; i < write_trace.range_count; i++)
		write_trace_protect(write_trace.ranges[i].begin,
				    write_trace.ranges[i].end - write_trace.ranges[i].begin, protection);
}

static inline void write_trace_begin(void)
{
	atomic_store(&write_trace.write_count, 0);
	write_trace_set(PROT_READ);
}

/* How many writes were noted; they are in write_trace.writes until the next begin. */
static inline unsigned write_trace_end(void)
{
	unsigned count = atomic_load(&write_trace.write_count);

	write_trace_set(PROT_READ | PROT_WRITE);
	return count < WRITE_TRACE_WRITES ? count : WRITE_TRACE_WRITES;
}

/* The record of a thread; NULL: it has none. */
static const struct thread *write_trace_record(pid_t tid)
{
	const struct thread_table *table = &write_trace.region->threads;

	for (uint32_t i = 0; i < table->used; i++)
		if (thread_table_at(table, i)->tid == (uint32_t)tid)
			return thread_table_at(table, i);
	return NULL;
}

static bool write_trace_is_in(const struct thread *record, uint64_t address)
{
	uint64_t begin = (uint64_t)(uintptr_t)record;

	return record && address >= begin && address < begin + write_trace.region->threads.stride_bytes;
}

/* Where that is, for people: region+0x..., library+0x... */
static const char *write_trace_place(uint64_t address)
{
	static char place[64];
	uint64_t region = (uint64_t)(uintptr_t)write_trace.region;

	if (address >= region && address < region + write_trace.region->header.bytes)
		snprintf(place, sizeof(place), "region+%#lx", (unsigned long)(address - region));
	else
		snprintf(place, sizeof(place), "data+%#lx", (unsigned long)(address - write_trace.ranges[0].begin));
	return place;
}

#endif
