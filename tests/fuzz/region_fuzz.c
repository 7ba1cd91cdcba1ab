/* SPDX-License-Identifier: MIT */
/* Goal: whatever is in a region's file, the tool makes profiles of it that it can read itself, or says what is wrong; and it
 * reads nothing outside of the root that the region's process saw.
 *
 * An input is a list of patches of a whole region that is made here: where (4 bytes), how many bytes (1), the bytes. A patch
 * at the end of the address space tells how long the file is. So inputs stay small, and their words mean something. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>

#include "fuzz.h"
#include "heap.h"
#include "pprof.h"
#include "profile_file.h"
#include "region_check.h"
#include "region_file.h"
#include "region_words.h"
#include "snapshot.h"
#include "symbols.h"
#include "unit/fake_elf.h"
#include "unit/fake_region.h"

enum {
	PAGE_BYTES = 4096,
	PATCH_HEAD_BYTES = 5,
	PATCH_LIMIT_BYTES = 32,
	PATCHES_AT_ONCE = 4,
	FILE_LIMIT_BYTES = 4 * FAKE_REGION_BYTES,
	OUTSIDE_BIAS = 0x10000,
};

#define PATCH_LENGTH UINT32_MAX
#define CANARY       "outside_of_the_root"

/* What the modules of the region name; each has frames. The first is a good one. */
static const char *const paths[] = {
	"/lib/object.so",
	"/usr/bin/fake",
	"/lib/fifo",
	"/lib/device",
	"/lib",
	"/lib/loop",
	"/../outside/object.so",
	"/lib/absolute",
	"/lib/relative",
	"/lib/through/object.so",
	"/lib/empty",
	"/lib/../../outside/object.so",
	"lib/object.so",
	"/lib/none.so",
	"",
};

enum { PATHS = sizeof(paths) / sizeof(paths[0]) };

static struct region *region;
static char root[256], input_path[256], profile_path[256];

static uint64_t module_start(unsigned number)
{
	return (uint64_t)number << 32;
}

/* A set of labels, each with all before it. */
static uint32_t make_labels(unsigned count)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < count; i++)
		set = labels_add(set, i % 2 ? "kind" : "endpoint", i % 3 ? "/users" : "");
	return set;
}

static void make_labelled_sample(unsigned number, const uint64_t *frames)
{
	struct sample_key key = {.profile = PROFILE_MUTEX,
				 .kind = WAIT_MUTEX,
				 .labels = make_labels(number % 8),
				 .waiter_labels = make_labels(number % 5),
				 .depth = 2,
				 .frames = frames};

	fake_region_add(&key, 1, 9);
}

static void make_samples(void)
{
	labels_init(&region->labels);
	for (unsigned i = 0; i < PATHS * 2; i++) {
		unsigned number = i % PATHS + 1;
		uint64_t frames[] = {frame_make(1, module_start(1) + 0x1010),
				     frame_make(number, module_start(number) + 0x1110),
				     frame_make(FRAME_MODULE_PSEUDO, i % 2 ? FRAME_WAITER : FRAME_TRUNCATED),
				     frame_make(2, module_start(2) + i)};

		fake_region_sample(i % PROFILE_COUNT, (enum wait_kind)(i % WAIT_KIND_COUNT), frames, 4, i, 1000 + i);
		fake_region_io((enum wait_kind)(i % WAIT_KIND_COUNT), (enum file_type)(i % FILE_TYPE_COUNT), frames, 2,
			       1, 7);
		make_labelled_sample(i, frames);
	}
}

static void make_region(void)
{
	region = fake_region_new();
	for (unsigned i = 0; i < PATHS; i++) {
		fake_region_module(region, i + 1, module_start(i + 1), 0x100000, paths[i]);
		region->modules.entries[i + 1].build_id_bytes = i % 3 ? 0 : FAKE_BUILD_ID_BYTES;
		memset(region->modules.entries[i + 1].build_id, 7, MODULES_BUILD_ID_BYTES);
	}
	make_samples();
	region->losses.events[0] = 3;
}

static void write_object(const char *path, const char *name)
{
	const struct fake_symbol symbols[] = {{name, 0x1000, 0x1000, STT_FUNC, STB_GLOBAL, FAKE_TEXT}};
	struct fake_elf elf = fake_elf_new(symbols, 1, SHT_SYMTAB, 7);

	fuzz_write_file(path, elf.bytes, elf.count);
	free(elf.bytes);
}

/* What is outside has a name that no report may show; what is inside leads there in every way that there is. */
static void make_root(void)
{
	char outside[256];

	strcpy(root, fuzz_path("root"));
	strcpy(outside, fuzz_path("outside"));
	if (mkdir(root, 0700) || mkdir(outside, 0700) || mkdir(fuzz_path("root/lib"), 0700))
		abort();
	write_object(fuzz_path("root/lib/object.so"), "good");
	write_object(fuzz_path("outside/object.so"), CANARY);
	fuzz_write_file(fuzz_path("root/lib/empty"), "", 0);
	if (mkfifo(fuzz_path("root/lib/fifo"), 0600) || symlink("loop", fuzz_path("root/lib/loop")) ||
	    symlink(fuzz_path("outside/object.so"), fuzz_path("root/lib/absolute")) ||
	    symlink("../../outside/object.so", fuzz_path("root/lib/relative")) ||
	    symlink(outside, fuzz_path("root/lib/through")) || symlink("/dev/zero", fuzz_path("root/lib/device")))
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	make_region();
	make_root();
	strcpy(input_path, fuzz_path("region"));
	strcpy(profile_path, fuzz_path("profile"));
	return 0;
}

struct patch {
	uint32_t offset;
	uint8_t count;
	const uint8_t *bytes;
};

/* The patch at the begin of `data`; 0 if there is none, else how long it is with its head. */
static size_t next_patch(const uint8_t *data, size_t size, struct patch *out_patch)
{
	if (size < PATCH_HEAD_BYTES || size - PATCH_HEAD_BYTES < data[4])
		return 0;
	memcpy(&out_patch->offset, data, sizeof(out_patch->offset));
	out_patch->count = data[4];
	out_patch->bytes = data + PATCH_HEAD_BYTES;
	return PATCH_HEAD_BYTES + out_patch->count;
}

static bool is_empty(const char *page)
{
	return page[0] == 0 && memcmp(page, page + 1, PAGE_BYTES - 1) == 0;
}

/* Pages that are empty become holes, as in the file of a real region. */
static void write_whole_region(int descriptor)
{
	for (size_t at = 0; at < FAKE_REGION_BYTES; at += PAGE_BYTES)
		if (!is_empty((const char *)region + at) &&
		    pwrite(descriptor, (const char *)region + at, PAGE_BYTES, at) != PAGE_BYTES)
			abort();
}

static void write_patches(int descriptor, const uint8_t *data, size_t size)
{
	uint64_t length = FAKE_REGION_BYTES;
	struct patch patch;
	size_t bytes;

	for (; (bytes = next_patch(data, size, &patch)) != 0; data += bytes, size -= bytes) {
		if (patch.offset == PATCH_LENGTH)
			memcpy(&length, patch.bytes, patch.count < sizeof(length) ? patch.count : sizeof(length));
		else if (pwrite(descriptor, patch.bytes, patch.count, patch.offset % FILE_LIMIT_BYTES) != patch.count)
			abort();
	}
	if (ftruncate(descriptor, length % (FILE_LIMIT_BYTES + 1)))
		abort();
}

static void write_region(const uint8_t *data, size_t size)
{
	int descriptor = open(input_path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (descriptor < 0)
		abort();
	write_whole_region(descriptor);
	write_patches(descriptor, data, size);
	close(descriptor);
}

/* Moves the region between two ranges that fault. Give them back, too: they begin at *out_guards. */
enum { GUARD_BYTES = 1 << 28 };

static char *guard(struct region_file *file)
{
	char *guards = mmap(NULL, file->bytes + 2 * (size_t)GUARD_BYTES, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (guards == MAP_FAILED || mremap(file->region, file->bytes, file->bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
					   guards + GUARD_BYTES) == MAP_FAILED)
		abort();
	file->region = (struct region *)(guards + GUARD_BYTES);
	return guards;
}

static void check_frames(const struct snapshot *snapshot, const uint64_t *frames, size_t depth)
{
	for (size_t i = 0; i < depth; i++) {
		uint32_t module = frame_module(frames[i]);

		fuzz_require(module == FRAME_MODULE_PSEUDO || module < snapshot->module_count);
	}
}

static void check_snapshot(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->sample_count; i++) {
		const struct snapshot_sample *sample = &snapshot->samples[i];

		fuzz_require(sample->profile < PROFILE_COUNT && sample->kind < WAIT_KIND_COUNT);
		fuzz_require(sample->file_type < FILE_TYPE_COUNT && sample->delay_class <= SAMPLE_DELAY_CLASS_LIMIT);
		fuzz_require(sample->count > 0 && sample->delay_ns >= 0 && sample->depth > 0);
		check_frames(snapshot, sample->frames, sample->depth);
		check_frames(snapshot, sample->waiter_frames, sample->waiter_depth);
	}
}

static void check_names(const struct symbols *symbols)
{
	for (uint32_t i = 0; i < symbols_count(symbols); i++)
		fuzz_require(strcmp(symbols_name(symbols, i), CANARY) != 0);
}

static void write_profile(const struct snapshot *snapshot, const struct symbols *symbols, enum profile which)
{
	Perftools__Profiles__Profile *profile;
	struct arena arena = {0};
	uint8_t *packed;
	size_t count;

	fuzz_require(pprof_build(snapshot, symbols, which, &arena, &profile) == 0);
	fuzz_require(profile_file_pack(profile, &packed, &count) == 0);
	arena_free(&arena);
	fuzz_write_file(profile_path, packed, count);
	heap_free(packed);
	fuzz_require(fuzz_show(profile_path) == 0);
}

static void count_fault(const char *line, void *argument)
{
	unsigned *count = argument;

	fuzz_require(line[0] && !strchr(line, '\n'));
	++*count;
}

/* Is the region without a fault if it is in some state? Which, is the input's choice, and whether it is looked at at all: that
 * takes longer than all else. */
static bool is_consistent(const struct region_file *file, unsigned choice)
{
	struct region_check_summary summary;
	unsigned state = choice % (REGION_CHECK_REST + 2), count = 0, faults;

	if (state > REGION_CHECK_REST)
		return false;
	faults = region_check(file->region, file->bytes, (enum region_check_state)state, count_fault, &count, &summary);
	fuzz_require(faults == count);
	return faults == 0;
}

static void report(const struct region_file *file, unsigned choice)
{
	struct snapshot_moment moment = FAKE_MOMENT;
	struct snapshot *snapshot;
	struct symbols *symbols;
	bool consistent = is_consistent(file, choice);
	int error = snapshot_take(file->region, file->bytes, &moment, &snapshot);

	fuzz_require(error == 0 || error == -ENODATA || (error == -EBADMSG && !consistent));
	if (error)
		return;
	check_snapshot(snapshot);
	fuzz_require(symbols_resolve(snapshot, root, &symbols) == 0);
	check_names(symbols);
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (snapshot_has_profile(snapshot, which))
			write_profile(snapshot, symbols, which);
	symbols_free(symbols);
	snapshot_drop(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct region_file file;
	char *guards;
	int error;

	write_region(data, size);
	error = region_file_read(input_path, &file);
	fuzz_require(error == 0 || error == -EBADMSG || error == -EPROTO || error == -EINPROGRESS);
	if (error)
		return 0;
	guards = guard(&file);
	report(&file, size);
	munmap(guards, file.bytes + 2 * (size_t)GUARD_BYTES);
	fuzz_require(heap_used_bytes() == 0);
	return 0;
}

static uint64_t usual_value(struct region_word word)
{
	uint64_t usual = 0;

	if (word.offset <= FAKE_REGION_BYTES - sizeof(usual))
		memcpy(&usual, (const char *)region + word.offset, word.bytes);
	return usual;
}

/* Text that is a path, or that somebody may take for something else. */
static size_t hostile_text(struct random *random, uint8_t *out_text)
{
	static const char *const texts[] = {
		"../",
		"/proc/self/fd/0",
		"/dev/stdin",
		"%n%s%e",
		"\x1b[2J\x1b]0;title\x07",
		"\xff\xfe\xc0\x80",
		"\xc2\x9b\x33\x31m",
		"\n\r\t",
		"_ZN1aIS_IS_IS_EEEE",
		"_RNvC1a1b",
		"",
	};
	const char *text = random_below(random, 2) ? texts[random_below(random, sizeof(texts) / sizeof(texts[0]))]
						   : paths[random_below(random, PATHS)];

	memcpy(out_text, text, strlen(text));
	return strlen(text);
}

/* One patch that means something; returns how long it is. */
static size_t make_patch(struct random *random, uint8_t *out_patch)
{
	struct region_word word = region_words_pick(random, region);
	uint64_t value = fuzz_number(random, usual_value(word), FAKE_REGION_BYTES);
	uint64_t number = random_below(random, PATHS) + 1;
	uint8_t *bytes = out_patch + PATCH_HEAD_BYTES;

	if (random_below(random, 16) == 0)
		word = (struct region_word){PATCH_LENGTH, 8};
	else if (word.bytes == 8 && random_below(random, 4) == 0)
		value = frame_make(number, module_start(number) + random_below(random, 0x4000));
	memcpy(out_patch, &word.offset, sizeof(word.offset));
	memcpy(bytes, &value, sizeof(value));
	out_patch[4] = word.bytes;
	if (word.bytes == 1 && random_below(random, 2))
		out_patch[4] = hostile_text(random, bytes);
	return PATCH_HEAD_BYTES + out_patch[4];
}

static size_t count_patches(const uint8_t *data, size_t size)
{
	struct patch patch;
	size_t count = 0, bytes;

	for (; (bytes = next_patch(data, size, &patch)) != 0; data += bytes, size -= bytes)
		count++;
	return count;
}

/* Takes one patch out; returns how much is left. */
static size_t remove_patch(struct random *random, uint8_t *data, size_t size)
{
	size_t count = count_patches(data, size), at = 0, bytes;
	struct patch patch;

	if (count == 0)
		return 0;
	for (count = random_below(random, count); count > 0; count--)
		at += next_patch(data + at, size - at, &patch);
	bytes = next_patch(data + at, size - at, &patch);
	memmove(data + at, data + at + bytes, size - at - bytes);
	return size - bytes;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct random random;
	size_t choice;

	random_seed(&random, seed, size);
	choice = random_below(&random, 8);
	if (choice == 0 && size > 0)
		return LLVMFuzzerMutate(data, size, max_size);
	if (choice < 3 && size > 0)
		size = remove_patch(&random, data, size);
	for (size_t patches = 1 + random_below(&random, PATCHES_AT_ONCE); patches > 0; patches--) {
		uint8_t patch[PATCH_HEAD_BYTES + PATCH_LIMIT_BYTES];
		size_t bytes = make_patch(&random, patch);

		if (bytes > max_size - size)
			break;
		memcpy(data + size, patch, bytes);
		size += bytes;
	}
	return size;
}
