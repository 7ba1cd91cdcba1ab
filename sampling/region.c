/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <time.h>

#include "config.h"
#include "futex_locks.h"
#include "kernel.h"
#include "process.h"
#include "record.h"
#include "region_layout.h"
#include "region_place.h"
#include "shown.h"
#include "region.h"

/* What a process begins with: enough for a shell's children, cheap enough for each of them. */
enum { BASE_THREADS = 16, BASE_ARENA_BYTES = 128 * 1024 };

enum { PAGE_BYTES = 4096 };

static struct {
	struct region *mine;
	uint64_t bytes;
	_Atomic bool is_reserved;          /* all of it */
	int dump_signal;                   /* 0: none */
	char path[REGION_PATH_BYTES];      /* "" when anonymous */
	char directory[REGION_PATH_BYTES]; /* of region_begin_here */
} state;

static bool grow_arena(void);

void region_begin_here(void)
{
	process_directory(state.directory, sizeof(state.directory));
}

static uint64_t page_up(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

/* Maps the file, or zeroed memory of our own if there is none, over the parent's region if this is a forked child. */
static struct region *map(long file)
{
	int place = state.mine ? MAP_FIXED : 0;
	int kind = file >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	long result = KERNEL_CALL(mmap, state.mine, state.bytes, PROT_READ | PROT_WRITE, place | kind, file, 0);

	return result < 0 && result > -PAGE_BYTES ? NULL : (struct region *)result;
}

static bool reserve(long file, uint64_t offset, uint64_t bytes)
{
	long result;

	do {
		result = KERNEL_CALL(fallocate, file, 0, offset, bytes);
	} while (result == -EINTR);
	return result == 0;
}

/* The file's first part, so that nothing that region_create hands out can fault. */
static bool reserve_base(long file, const struct region_layout *layout)
{
	return KERNEL_CALL(ftruncate, file, state.bytes) == 0 &&
	       reserve(file, 0, layout->arena_begin + BASE_ARENA_BYTES) &&
	       reserve(file, layout->records_begin, (uint64_t)BASE_THREADS * layout->threads.stride_bytes);
}

/* Shared memory in a file, or anonymous memory where that cannot be had. */
static struct region *map_region(const struct region_layout *layout, uint64_t process_start)
{
	long file = process_file_limit_bytes() >= state.bytes
			    ? region_place_create(config.region_dir, process_start, state.path, sizeof(state.path))
			    : -EFBIG;
	struct region *mapped = NULL;

	if (file >= 0 && reserve_base(file, layout))
		mapped = map(file);
	if (file >= 0 && !mapped)
		KERNEL_CALL(unlinkat, AT_FDCWD, state.path, 0);
	if (file >= 0)
		KERNEL_CALL(close, file);
	if (mapped)
		return mapped;
	state.path[0] = '\0';
	return map(-1);
}

static void describe_process(struct region_header *header, uint64_t process_start)
{
	struct timespec now;

	header->version = REGION_VERSION;
	header->pid = KERNEL_CALL(getpid);
	header->bytes = state.bytes;
	header->process_start = process_start;
	header->clock_source = clock_source();
	header->dump_signal = (uint32_t)state.dump_signal;
	header->depth = config.depth;
	header->has_histogram = config.histogram != 0;
	header->profiles = 1u << PROFILE_MUTEX | 1u << PROFILE_BLOCK | (config.wakers ? 1u << PROFILE_WAKE : 0) |
			   (config.hold_rate ? 1u << PROFILE_HOLD : 0) | (config.pairs ? 1u << PROFILE_PAIRS : 0);
	header->hold_rate = (uint32_t)config.hold_rate;
	KERNEL_CALL(clock_gettime, CLOCK_REALTIME, &now);
	header->started_wall_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	header->pid_namespace = process_pid_namespace();
	process_boot_id(header->boot_id);
	process_program(header->program, sizeof(header->program));
	if (!state.directory[0])
		region_begin_here();
	memcpy(header->directory, state.directory, sizeof(header->directory));
	state.directory[0] = '\0';
	snprintf(header->out, sizeof(header->out), "%s", config.out);
	header->started = clock_anchor_first();
	header->early = clock_anchor_now();
}

static void hand_out_tables(struct region *region)
{
	bool is_anonymous = state.path[0] == '\0';

	losses_init(&region->losses);
	overhead_init(&region->overhead);
	modules_init(&region->modules, region->header.program);
	labels_init(&region->labels);
	waiters_init(&region->waiters);
	if (config.wakers)
		wakers_init();
	futex_locks_init();
	lock_table_init(&region->locks, (enum lock_labels)config.lock_labels);
	frame_rules_init(&region->frame_rules);
	sample_table_init(&region->samples, is_anonymous ? region->samples.arena_limit_bytes : BASE_ARENA_BYTES);
	threads_init(&region->threads, config.depth, config.seed);
	threads_reserve(is_anonymous ? region->threads.limit : BASE_THREADS);
	sampler_seed(config.seed ? (uint64_t)config.seed : region->header.early.ticks);
	record_init(&region->header.mutex_fraction, &region->header.block_rate_ns);
	governor_init(&region->governor, (uint64_t)config.max_overhead_ppm, region->header.early.ticks);
	wish_init(&region->header.wish);
	shown_init(&region->header.shown_until_ticks);
}

bool region_create(void)
{
	uint64_t process_start = process_start_ticks();
	struct region_layout layout;
	struct region *region;

	state.bytes = page_up(config.memory_bytes);
	layout = region_layout_of(state.bytes, config.depth);
	region = map_region(&layout, process_start);
	if (!region)
		return false;
	state.mine = region;
	atomic_store_explicit(&state.is_reserved, state.path[0] == '\0', memory_order_relaxed);
	region->threads = layout.threads;
	region->samples = layout.samples;
	describe_process(&region->header, process_start);
	hand_out_tables(region);
	sample_table_on_full = state.path[0] ? grow_arena : NULL;
	/* Pairs with the acquire of readers, who refuse a region without its magic. */
	atomic_store_explicit(&region->header.magic, REGION_MAGIC, memory_order_release);
	return true;
}

/* Makes pages be there that are mapped already: there is no descriptor any more, and the file may be out of reach (a
 * server that gave up root). The pages are made by touching them all at once; then they are unmapped, so that only what is
 * really used counts as ours. Kernels before 5.14 do not know how: the file is opened again by its name. */
static bool reserve_mapped(uint64_t offset, uint64_t bytes)
{
	char *begin = (char *)state.mine + offset;
	long result = KERNEL_CALL(madvise, begin, bytes, MADV_POPULATE_WRITE);
	long file;

	if (result == 0)
		return KERNEL_CALL(madvise, begin, bytes, MADV_DONTNEED) == 0;
	if (result != -EINVAL)
		return false;
	file = KERNEL_CALL(openat, AT_FDCWD, state.path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (file < 0)
		return false;
	bool is_reserved = reserve(file, offset, bytes);

	KERNEL_CALL(close, file);
	return is_reserved;
}

static uint64_t records_begin(void)
{
	return offsetof(struct region, threads) + state.mine->threads.offset;
}

static uint64_t slots_begin(void)
{
	return page_up(offsetof(struct region, samples) + state.mine->samples.slots_offset);
}

/* A process with one thread that needs more than its base: the next part of the arena, each GROWTH times what there was. That
 * takes a fraction of a millisecond, a few times in its life. */
static bool grow_arena(void)
{
	enum { GROWTH = 4 };
	struct sample_table *table = &state.mine->samples;
	uint64_t reserved_bytes = atomic_load_explicit(&table->arena_reserved_bytes, memory_order_relaxed);
	uint64_t wanted_bytes = reserved_bytes * GROWTH, arena_begin, begin;

	if (wanted_bytes > table->arena_limit_bytes)
		wanted_bytes = table->arena_limit_bytes;
	if (wanted_bytes == reserved_bytes || kernel_is_forbidden())
		return false;
	arena_begin = offsetof(struct region, samples) + table->arena_offset;
	begin = (arena_begin + reserved_bytes) & ~(uint64_t)(PAGE_BYTES - 1);
	if (!reserve_mapped(begin, page_up(arena_begin + wanted_bytes) - begin)) {
		sample_table_on_full = NULL;
		return false;
	}
	sample_table_reserve(wanted_bytes);
	return true;
}

void region_reserve_all(void)
{
	if (!state.mine || atomic_exchange_explicit(&state.is_reserved, true, memory_order_relaxed))
		return;
	sample_table_on_full = NULL;
	if (reserve_mapped(slots_begin(), records_begin() - slots_begin()))
		sample_table_reserve(state.mine->samples.arena_limit_bytes);
	if (reserve_mapped(records_begin(), state.bytes - records_begin()))
		threads_reserve(state.mine->threads.limit);
}

struct region *region_mine(void)
{
	return state.mine;
}

bool region_is_ready(void)
{
	return atomic_load_explicit(&state.mine->header.magic, memory_order_relaxed) == REGION_MAGIC;
}

const char *region_path(void)
{
	return state.path;
}

void region_set_dump_signal(int signal)
{
	state.dump_signal = signal;
	state.mine->header.dump_signal = (uint32_t)signal;
}

void region_set_sign(enum region_sign sign)
{
	atomic_fetch_or_explicit(&state.mine->header.signs, 1u << sign, memory_order_relaxed);
}

void region_clear_sign(enum region_sign sign)
{
	atomic_fetch_and_explicit(&state.mine->header.signs, ~(1u << sign), memory_order_relaxed);
}

bool region_may_stay(void)
{
	struct statfs filesystem;

	return state.path[0] &&
	       (KERNEL_CALL(statfs, state.path, &filesystem) != 0 || filesystem.f_bavail > filesystem.f_blocks / 2);
}

void region_reopen(void)
{
	atomic_store_explicit(&state.mine->header.closed, 0, memory_order_release);
}

bool region_close(void)
{
	if (!state.mine)
		return true;
	atomic_store_explicit(&state.mine->header.closed, 1, memory_order_release);
	return !state.path[0] || KERNEL_CALL(unlinkat, AT_FDCWD, state.path, 0) == 0;
}

/* The tables' own words stay, so that threads which still record find their way. */
void region_forget_samples(void)
{
	KERNEL_CALL(madvise, (char *)state.mine + slots_begin(), records_begin() - slots_begin(), MADV_REMOVE);
}
