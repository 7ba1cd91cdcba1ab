/* SPDX-License-Identifier: MIT */
/* Goal: the stack of another process is what libgcc says it is, signal frames included; whatever stands in its memory in place of
 * headers, unwind tables and stacks does no harm. The other process is this one, or a copy of its memory. */
#include <alloca.h>
#include <inttypes.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include "check.h"
#include "frame.h"
#include "heap.h"
#include "process_walk.h"
#include "random.h"
#include "signal_return.h"

enum { FRAMES = 64, DEPTH = 12, ROUNDS = 3000, RANGES = 4, MAPPING_LIMIT_BYTES = 8 << 20 };

static struct {
	uint64_t theirs[FRAMES]; /* from the caller of what captures */
	unsigned theirs_count;
	uint64_t ours[FRAMES];
	unsigned ours_count;
	bool is_cut;
} stacks;

static struct process_memory memory;
static struct process_objects *objects;
static struct process_walk *walk;
static struct stack_origin origin;
static int some_variable[4] = {1};
static void (*body)(void); /* what is done where the stack is deep */

static void open_all(void)
{
	if (process_objects_open(getpid(), &memory, &objects) || !(walk = process_walk_new(objects, &memory)))
		abort();
}

static void close_all(void)
{
	process_walk_free(walk);
	process_objects_close(objects);
}

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *argument)
{
	int is_interrupted = 0;
	uint64_t pc = _Unwind_GetIPInfo(context, &is_interrupted);

	(void)argument;
	if (!pc || stacks.theirs_count == FRAMES)
		return _URC_END_OF_STACK;
	stacks.theirs[stacks.theirs_count++] = pc - !is_interrupted;
	return _URC_NO_REASON;
}

static __attribute__((noinline)) void capture(void)
{
	origin = stack_origin_of(STACK_MARK());
	stacks.theirs_count = 0;
	_Unwind_Backtrace(note_frame, NULL);
	body();
}

static void walk_all(void)
{
	stacks.ours_count = process_walk_from(walk, origin, stacks.ours, FRAMES, &stacks.is_cut);
}

/* Frames of all sizes, that only a frame pointer leads out of. */
static __attribute__((noinline)) int descend(int depth)
{
	volatile char *room = alloca(16 + 40 * (size_t)depth);

	room[0] = (char)depth;
	if (depth)
		return descend(depth - 1) + room[0];
	capture();
	return 0;
}

static void handler(int number)
{
	(void)number;
	descend(2);
}

/* libgcc counts from who captures on. A signal frame lies one byte before its code there. */
static void compare(const char *what)
{
	unsigned same = 0;

	for (unsigned i = 0; i < stacks.ours_count && i + 1 < stacks.theirs_count; i++)
		same += frame_address(stacks.ours[i]) ==
			stacks.theirs[i + 1] + signal_return_is_at(frame_address(stacks.ours[i]));
	is_u64(stacks.ours_count, stacks.theirs_count - 1, "%s: as deep as libgcc says", what);
	is_u64(same, stacks.ours_count, "%s: the same callers", what);
	ok(!stacks.is_cut, "%s: it ends where it should", what);
}

static void walk_some(void)
{
	stacks.ours_count = process_walk_from(walk, origin, stacks.ours, 3, &stacks.is_cut);
}

static void check_stacks(void)
{
	struct sigaction action = {.sa_handler = handler};
	size_t count;

	open_all();
	body = walk_all;
	descend(DEPTH);
	compare("calls");
	signal_return_by_object(&action);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	compare("a signal");
	body = walk_some;
	descend(DEPTH);
	ok(stacks.ours_count == 3 && stacks.is_cut, "no deeper than is wanted, and it says so");
	origin.sp = origin.bp = 8;
	stacks.ours_count = process_walk_from(walk, origin, stacks.ours, FRAMES, &stacks.is_cut);
	ok(stacks.ours_count == 1 && stacks.is_cut, "memory that is not there is the end");
	origin.pc = (uint64_t)&some_variable;
	stacks.ours_count = process_walk_from(walk, origin, stacks.ours, FRAMES, &stacks.is_cut);
	ok(stacks.ours_count == 0 && stacks.is_cut, "a variable is no code");
	process_objects_modules(objects, &count);
	ok(count > 2 && count < 16, "only objects that were met are described (%zu)", count);
	close_all();
}

static int note_bias(struct dl_phdr_info *info, size_t bytes, void *out_bias)
{
	(void)bytes;
	*(uint64_t *)out_bias = info->dlpi_addr;
	return 1; /* the program is the first */
}

static void check_data(void)
{
	static int zeroed[100000];
	char *block = malloc(100);
	const struct snapshot_module *modules;
	uint64_t bias, variable, zero, local;
	size_t count;

	dl_iterate_phdr(note_bias, &bias);
	open_all();
	variable = process_objects_data_frame(objects, (uint64_t)&some_variable);
	zero = process_objects_data_frame(objects, (uint64_t)&zeroed[99999]);
	local = process_objects_data_frame(objects, (uint64_t)&bias);
	modules = process_objects_modules(objects, &count);
	is_u64(modules[frame_module(variable)].load_bias, bias, "a variable is in its object");
	is_u64(modules[frame_module(zero)].load_bias, bias, "so is one that is zero at first");
	is_u64(frame_module(local), FRAME_MODULE_UNKNOWN, "one on the stack is not");
	is_str(process_objects_mapping(objects, (uint64_t)&bias), "[stack]", "which has a name");
	ok(!process_objects_mapping(objects, 8), "nothing has none");
	close_all();
	free(block);
}

struct range {
	uint64_t start, bytes;
	char *kept; /* what was there */
};

/* A file that has at each address what the process has there. */
static int copy_memory(void)
{
	int copy = memfd_create("copy", MFD_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096], *bytes = malloc(MAPPING_LIMIT_BYTES);
	uint64_t start, limit;

	while (maps && bytes && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " r", &start, &limit) != 2 ||
		    limit - start > MAPPING_LIMIT_BYTES || process_memory_read(&memory, start, bytes, limit - start))
			continue;
		if (pwrite(copy, bytes, limit - start, (off_t)start) != (ssize_t)(limit - start))
			abort();
	}
	free(bytes);
	if (maps)
		fclose(maps);
	return copy;
}

/* Headers and tables of the program, and the stack. */
static int find_range(struct dl_phdr_info *info, size_t bytes, void *argument)
{
	struct range *ranges = argument;

	(void)bytes;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		uint64_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_offset == 0)
			ranges[0] = (struct range){.start = start, .bytes = 1024};
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME) {
			ranges[1] = (struct range){.start = start, .bytes = info->dlpi_phdr[i].p_memsz};
			ranges[2] = (struct range){.start = start + info->dlpi_phdr[i].p_memsz, .bytes = 4096};
		}
	}
	ranges[3] = (struct range){.start = origin.sp, .bytes = 1024};
	return 1;
}

static void damage(int copy, struct random *random, const struct range *ranges)
{
	const struct range *range = &ranges[random_below(random, RANGES)];

	for (uint64_t flips = 1 + random_below(random, 8); flips > 0; flips--) {
		uint64_t word = random_bits(random) >> random_below(random, 64);
		uint64_t bytes = 1 + random_below(random, 8);

		if (pwrite(copy, &word, bytes, (off_t)(range->start + random_below(random, range->bytes))) < 0)
			abort();
	}
}

static bool is_sound(void)
{
	size_t count;
	bool is_sound = stacks.ours_count <= FRAMES;

	process_objects_modules(objects, &count);
	for (unsigned i = 0; i < stacks.ours_count && is_sound; i++)
		is_sound = frame_module(stacks.ours[i]) > 0 && frame_module(stacks.ours[i]) < count;
	return is_sound;
}

static void keep(int copy, struct range *ranges)
{
	for (int i = 0; i < RANGES; i++) {
		ranges[i].kept = calloc(1, ranges[i].bytes);
		if (pread(copy, ranges[i].kept, ranges[i].bytes, (off_t)ranges[i].start) < 0)
			abort();
	}
}

static void restore(int copy, const struct range *ranges)
{
	for (int i = 0; i < RANGES; i++)
		if (pwrite(copy, ranges[i].kept, ranges[i].bytes, (off_t)ranges[i].start) < 0)
			abort();
}

static void walk_damaged(void)
{
	unsigned sound = 0, shorter = 0, whole;
	struct range ranges[RANGES] = {0};
	struct random random;
	int own = memory.descriptor, copy;

	open_all();
	walk_all();
	whole = stacks.ours_count;
	close_all();
	dl_iterate_phdr(find_range, ranges);
	copy = memory.descriptor = copy_memory();
	keep(copy, ranges);
	random_seed(&random, 7, 1);
	for (int i = 0; i < ROUNDS; i++) {
		damage(copy, &random, ranges);
		open_all();
		walk_all();
		sound += is_sound();
		shorter += stacks.ours_count < whole;
		close_all();
		restore(copy, ranges);
	}
	is_u64(sound, ROUNDS, "%d damaged processes: a stack or less of it, nothing worse", ROUNDS);
	ok(shorter > ROUNDS / 10 && shorter < ROUNDS, "some damage is felt, some is not (%u)", shorter);
	for (int i = 0; i < RANGES; i++)
		free(ranges[i].kept);
	close(copy);
	memory.descriptor = own;
}

int main(void)
{
	process_memory_open(&memory, getpid());
	check_stacks();
	check_data();
	body = walk_damaged;
	descend(DEPTH);
	process_memory_close(&memory);
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
