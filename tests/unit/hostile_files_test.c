/* SPDX-License-Identifier: MIT */
/* Goal: a region, an object or a profile cannot make its reader work without end, take all memory, open what lies outside of its
 * root, or write numbers that are none. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "check.h"
#include "fake_elf.h"
#include "fake_region.h"
#include "gzip.h"
#include "heap.h"
#include "pprof.h"
#include "profile_file.h"
#include "snapshot.h"
#include "symbol_search.h"
#include "symbols.h"

enum { ADDRESS = 0x1000, SYMBOLS = 3000, SYMBOLS_ALLOWED = 1000, EMPTY_SAMPLES = 1000000, MEMORY_BYTES = 1 << 20 };

static int take(const struct region *region, struct snapshot **out_snapshot)
{
	struct snapshot_moment moment = FAKE_MOMENT;

	return snapshot_take(region, FAKE_REGION_BYTES, &moment, out_snapshot);
}

static int refusal(const struct region *region)
{
	struct snapshot *snapshot = NULL;
	int error = take(region, &snapshot);

	snapshot_drop(snapshot);
	return -error;
}

static struct sample *one_sample(void)
{
	const uint64_t frame = frame_make(1, ADDRESS);
	struct sample_key key = {.profile = PROFILE_BLOCK, .kind = WAIT_READ, .depth = 1, .frames = &frame};

	return fake_region_add(&key, 1, 1000);
}

/* More slots, or records, than the region's size allows lie in holes, which cost whoever made them nothing. */
static void check_tables(void)
{
	struct region *region = fake_region_new();

	is_u64(refusal(region), 0, "a region as it should be");
	region->samples.slot_count *= 2;
	is_u64(refusal(region), EBADMSG, "more slots than in any region of that size");
	region->samples.slot_count /= 2;
	region->samples.slots_offset += 64;
	is_u64(refusal(region), EBADMSG, "slots elsewhere");
	region->samples.slots_offset -= 64;
	region->threads.offset -= region->threads.stride_bytes;
	is_u64(refusal(region), EBADMSG, "thread records elsewhere");
	region->threads.offset += region->threads.stride_bytes;
	region->threads.used = region->threads.limit + 1;
	is_u64(refusal(region), EBADMSG, "more threads than records");
	region->threads.used = region->threads.limit;
	region->header.depth = 0;
	is_u64(refusal(region), EBADMSG, "stacks without frames");
	free(region);
}

/* Stacks without frames would take no room in the region, however many there are. */
static void check_samples(void)
{
	struct region *region = fake_region_new();
	struct sample *sample = one_sample();
	struct snapshot *snapshot;

	sample->count = UINT64_MAX;
	sample->delay_ticks = UINT64_MAX;
	is_u64(take(region, &snapshot), 0, "a sample as large as can be");
	ok(snapshot->samples[0].count > 0 && snapshot->samples[0].delay_ns == INT64_MAX, "stays positive");
	snapshot_drop(snapshot);
	sample->depth = 0;
	is_u64(refusal(region), EBADMSG, "a sample without a stack");
	free(region);
}

/* All slots lead to one sample: more of it than the region has bytes. */
static void check_aliases(void)
{
	struct region *region = fake_region_new();
	uint32_t *slots = (uint32_t *)((char *)&region->samples + region->samples.slots_offset);
	uint32_t unit = ((char *)one_sample() - (char *)&region->samples) / SAMPLE_UNIT_BYTES;
	struct sample *sample = (struct sample *)((char *)&region->samples + unit * (size_t)SAMPLE_UNIT_BYTES);

	for (uint32_t i = 0; i < region->samples.slot_count; i++)
		slots[i] = unit;
	sample->depth = FAKE_REGION_BYTES / region->samples.slot_count / sizeof(uint64_t);
	is_u64(refusal(region), EBADMSG, "all slots lead to one sample");
	free(region);
}

/* Began before all time, so that the duration is more than a number can say. */
static void check_duration(void)
{
	struct region *region = fake_region_new();
	Perftools__Profiles__Profile *profile;
	struct arena arena = {0};
	struct snapshot *snapshot;
	struct symbols *symbols;

	one_sample();
	region->header.started_wall_ns = INT64_MIN;
	if (take(region, &snapshot) || symbols_resolve(snapshot, "", &symbols))
		abort();
	is_u64(pprof_build(snapshot, symbols, PROFILE_BLOCK, &arena, &profile), 0, "a process without a beginning");
	is_u64(profile->duration_nanos, 0, "has no duration");
	arena_free(&arena);
	symbols_free(symbols);
	snapshot_drop(snapshot);
	free(region);
}

static void write_object(const char *path, const char *name)
{
	struct fake_symbol symbol = {name, ADDRESS, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT};
	struct fake_elf elf = fake_elf_new(&symbol, 1, SHT_SYMTAB, 7);

	fake_elf_write(&elf, path);
	free(elf.bytes);
}

/* The name of code in the object of that path. */
static void is_named(const char *root, const char *path, const char *expected)
{
	const uint64_t frame = frame_make(1, ADDRESS);
	struct snapshot_module modules[2] = {[1] = {.limit = 0x100000, .path = path}};
	struct snapshot_sample sample = {.frames = &frame, .depth = 1};
	struct snapshot snapshot = {.samples = &sample, .sample_count = 1, .modules = modules, .module_count = 2};
	struct symbols *symbols;

	if (symbols_resolve(&snapshot, root, &symbols))
		abort();
	is_str(symbols_name(symbols, 0), expected, "%s", path);
	symbols_free(symbols);
}

/* An object inside of a root, and one outside, in all ways that lead there. */
static void check_root(void)
{
	char here[PATH_MAX], root[PATH_MAX + 8], outside[PATH_MAX + 16];

	if (!getcwd(here, sizeof(here)) || mkdir("root", 0700) || mkdir("root/lib", 0700) || mkdir("root/dir", 0700))
		abort();
	snprintf(root, sizeof(root), "%s/root", here);
	snprintf(outside, sizeof(outside), "%s/outside.so", here);
	write_object("root/lib/inside.so", "inside");
	write_object("outside.so", "outside");
	if (symlink("/lib/inside.so", "root/lib/absolute.so") || symlink(outside, "root/lib/out.so") ||
	    symlink("../../outside.so", "root/lib/up.so") || symlink("../..", "root/dir/up") ||
	    mkfifo("root/lib/pipe.so", 0600))
		abort();
	is_named(root, "/lib/inside.so", "inside");
	is_named(root, "/lib/absolute.so", "inside");
	is_named(root, "/../../lib/inside.so", "inside");
	is_named(root, "/lib/out.so", "out.so+0x1000");
	is_named(root, "/lib/up.so", "up.so+0x1000");
	is_named(root, "/../outside.so", "outside.so+0x1000");
	is_named(root, "/dir/up/outside.so", "outside.so+0x1000");
	is_named(root, "/lib/pipe.so", "pipe.so+0x1000");
	is_named(root, "/lib", "lib+0x1000");
	is_named("", outside, "outside");
	is_named("", "/dev/zero", "zero+0x1000");
}

/* Tables may be as long as a hole in a file. */
static void check_symbol_limit(void)
{
	struct fake_symbol *symbols = calloc(SYMBOLS, sizeof(*symbols));
	uint64_t address = ADDRESS, left = SYMBOLS_ALLOWED, offset;
	struct symbol_search search;
	struct arena arena = {0};
	struct symbol_query query = {.addresses = &address, .count = 1, .names = &arena, .symbols_left = &left};
	const char *name = NULL;
	struct elf_file file;
	struct fake_elf elf;

	for (unsigned i = 0; i < SYMBOLS; i++)
		symbols[i] = (struct fake_symbol){"far", 0x8000, 1, STT_FUNC, STB_GLOBAL, FAKE_TEXT};
	symbols[0] = (struct fake_symbol){"first", ADDRESS, 1, STT_FUNC, STB_LOCAL, FAKE_TEXT};
	symbols[SYMBOLS - 1] = (struct fake_symbol){"last", ADDRESS, 1, STT_FUNC, STB_GLOBAL, FAKE_TEXT};
	elf = fake_elf_new(symbols, SYMBOLS, SHT_SYMTAB, 7);
	fake_elf_write(&elf, "many.so");
	if (elf_file_open("", "many.so", &file) || symbol_search_new(&search, &query))
		abort();
	is_u64(symbol_search_table(&search, &file, SHT_SYMTAB), 0, "a long table");
	symbol_search_finish(&search, &name, &offset);
	is_str(name, "first", "is read as far as is allowed");
	is_u64(left, 0, "and no more of this or another one");
	elf_file_close(&file);
	symbol_search_free(&search);
	arena_free(&arena);
	free(elf.bytes);
	free(symbols);
}

static int unpack(const uint8_t *bytes, size_t count, struct profile_file_limits limits)
{
	Perftools__Profiles__Profile *profile;
	int error = profile_file_unpack(bytes, count, limits, &profile);

	if (!error)
		profile_file_free(profile);
	return -error;
}

/* Two bytes of a message are one empty sample, which takes fifty times that in memory; and gzip makes little of many. */
static void check_memory(void)
{
	struct profile_file_limits limits = {.bytes = 2 * EMPTY_SAMPLES, .memory_bytes = MEMORY_BYTES};
	uint8_t *bytes = malloc(2 * EMPTY_SAMPLES), *packed;
	size_t count;

	for (unsigned i = 0; i < EMPTY_SAMPLES; i++) {
		bytes[2 * i] = 2 << 3 | 2;
		bytes[2 * i + 1] = 0;
	}
	gzip_pack(bytes, 2 * EMPTY_SAMPLES, &packed, &count);
	ok(count < 2 * EMPTY_SAMPLES / 100, "%zu bytes stand for %d", count, 2 * EMPTY_SAMPLES);
	is_u64(unpack(bytes, 2 * EMPTY_SAMPLES, limits), EFBIG, "a message that takes more memory than it may");
	is_u64(unpack(packed, count, limits), EFBIG, "the same in gzip");
	is_u64(unpack(packed, count, PROFILE_FILE_LIMITS), EBADMSG, "with the usual limits, it is only damaged");
	limits = PROFILE_FILE_LIMITS;
	limits.bytes = 2 * EMPTY_SAMPLES - 1;
	is_u64(unpack(packed, count, limits), EFBIG, "gzip of more than may be");
	heap_free(packed);
	free(bytes);
}

int main(void)
{
	check_tables();
	check_samples();
	check_aliases();
	check_duration();
	check_root();
	check_symbol_limit();
	check_memory();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
