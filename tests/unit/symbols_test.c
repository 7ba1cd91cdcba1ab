/* SPDX-License-Identifier: MIT */
/* Goal: every address gets the name that a person expects, from symtab, dynsym or debug file; a wrong or hostile file
 * gives object+0xoffset, never a fault. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

#include "check.h"
#include "fake_elf.h"
#include "frame.h"
#include "heap.h"
#include "random.h"
#include "symbol_object.h"
#include "symbols.h"

enum { BIAS = 0x400000, MUTATIONS = 2000, MANY = 5000 };

static const struct fake_symbol basic[] = {
	{"___pthread_mutex_lock", 0x1000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"pthread_mutex_lock@@GLIBC_2.2.5", 0x1000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"__pthread_mutex_lock", 0x1000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"weak_one", 0x1100, 0x100, STT_FUNC, STB_WEAK, FAKE_TEXT},
	{"global_one", 0x1100, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"local", 0x1100, 0x100, STT_FUNC, STB_LOCAL, FAKE_TEXT},
	{"longer", 0x1200, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"short", 0x1200, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"shorb", 0x1200, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"outer", 0x2000, 0x1000, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"inner", 0x2100, 0x10, STT_FUNC, STB_LOCAL, FAKE_TEXT},
	{"assembly", 0x4000, 0, STT_NOTYPE, STB_GLOBAL, FAKE_TEXT},
	{"assembly_next", 0x4800, 0, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"sized", 0x5000, 0x10, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"last_unsized", 0x8f00, 0, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"cold", 0x9100, 0x10, STT_GNU_IFUNC, STB_GLOBAL, FAKE_COLD},
	{"variable", 0x4100, 0x10, STT_OBJECT, STB_GLOBAL, FAKE_TEXT},
	{"data_label", 0x4110, 0x10, STT_NOTYPE, STB_GLOBAL, FAKE_DATA},
	{"imported", 0x4120, 0x10, STT_FUNC, STB_GLOBAL, SHN_UNDEF},
	{"pthread_spin_init", 0x7000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"pthread_spin_unlock", 0x7000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"_ZN3app4workEiPPv", 0x6000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
};

static const struct {
	uint64_t address;
	const char *name;
} expected[] = {
	{0x1000, "pthread_mutex_lock"},
	{0x10ff, "pthread_mutex_lock"},
	{0x1110, "global_one"},
	{0x1210, "shorb"},
	{0x1300, "object.so+0x1300"},
	{0x2000, "outer"},
	{0x20ff, "outer"},
	{0x2100, "inner"},
	{0x210f, "inner"},
	{0x2110, "outer"},
	{0x2fff, "outer"},
	{0x3000, "object.so+0x3000"},
	{0x4000, "assembly"},
	{0x4115, "assembly"},
	{0x4800, "assembly_next"},
	{0x4fff, "assembly_next"},
	{0x500f, "sized"},
	{0x5010, "object.so+0x5010"},
	{0x6050, "_ZN3app4workEiPPv"},
	{0x7000, "pthread_spin_unlock"},
	{0x8fff, "last_unsized"},
	{0x9000, "object.so+0x9000"},
	{0x9105, "cold"},
	{0xfff, "object.so+0xfff"},
};

enum { EXPECTED = sizeof(expected) / sizeof(*expected), BASIC = sizeof(basic) / sizeof(*basic) };

/* A snapshot of one object, number 1, with one stack of all frames. */
struct one_object {
	struct snapshot snapshot;
	struct snapshot_module modules[2];
	struct snapshot_sample sample;
	uint8_t build_id[FAKE_BUILD_ID_BYTES];
	uint64_t frames[MANY];
};

static void describe(struct one_object *object, const char *path, uint8_t build_id_byte, uint64_t bias)
{
	memset(object, 0, sizeof(*object));
	memset(object->build_id, build_id_byte, sizeof(object->build_id));
	object->modules[1] = (struct snapshot_module){.start = bias,
						      .limit = bias + 0x10000000,
						      .load_bias = bias,
						      .path = path,
						      .build_id = object->build_id,
						      .build_id_bytes = build_id_byte ? FAKE_BUILD_ID_BYTES : 0};
	object->sample.frames = object->frames;
	object->snapshot.samples = &object->sample;
	object->snapshot.sample_count = 1;
	object->snapshot.modules = object->modules;
	object->snapshot.module_count = 2;
}

static void want(struct one_object *object, uint64_t address)
{
	object->frames[object->sample.depth++] = frame_make(1, object->modules[1].load_bias + address);
}

static const char *name_of(const struct symbols *symbols, uint64_t frame)
{
	return symbols_name(symbols, symbols_number(symbols, frame));
}

static const char *current_path(void)
{
	static char path[4096];

	if (!getcwd(path, sizeof(path) - 20))
		abort();
	return strcat(path, "/object.so");
}

static struct one_object object;

/* The basic symbols, all addresses in one go, by the table and build id of the file and the build id that is wanted. */
static struct symbols *resolve_basic(unsigned table, uint8_t file_build_id, uint8_t wanted_build_id)
{
	struct fake_elf elf = fake_elf_new(basic, BASIC, table, file_build_id);
	struct symbols *symbols = NULL;

	fake_elf_write(&elf, "object.so");
	free(elf.bytes);
	describe(&object, current_path(), wanted_build_id, BIAS);
	for (size_t i = 0; i < EXPECTED; i++)
		want(&object, expected[EXPECTED - 1 - i].address);
	is_u64(symbols_resolve(&object.snapshot, "", &symbols), 0, "names for table %u, build id %u, wanted %u", table,
	       file_build_id, wanted_build_id);
	return symbols;
}

static void check_names(unsigned table)
{
	struct symbols *symbols = resolve_basic(table, 7, 7);

	for (size_t i = 0; i < EXPECTED; i++)
		is_str(name_of(symbols, frame_make(1, BIAS + expected[i].address)), expected[i].name, "address 0x%llx",
		       (unsigned long long)expected[i].address);
	is_u64(symbols_count(symbols), EXPECTED, "each address once");
	symbols_free(symbols);
}

static void check_build_id(void)
{
	struct symbols *symbols = resolve_basic(SHT_SYMTAB, 7, 8);

	is_str(name_of(symbols, frame_make(1, BIAS + 0x1000)), "object.so+0x1000",
	       "another build's names are not used");
	symbols_free(symbols);
	symbols = resolve_basic(SHT_SYMTAB, 7, 0);
	is_str(name_of(symbols, frame_make(1, BIAS + 0x1000)), "pthread_mutex_lock",
	       "no build id: the file is believed");
	symbols_free(symbols);
}

static void check_debug_file(void)
{
	struct fake_elf elf = fake_elf_new(basic, BASIC, SHT_SYMTAB, 0xab);
	char root[4096], path[5000];
	struct symbols *symbols;
	struct fake_elf stripped = fake_elf_new(&basic[0], 1, SHT_DYNSYM, 0xab);

	strcpy(root, current_path());
	*strrchr(root, '/') = '\0';
	snprintf(path, sizeof(path), "mkdir -p %s/usr/lib/debug/.build-id/ab", root);
	if (system(path) != 0)
		abort();
	snprintf(path, sizeof(path), "%s/usr/lib/debug/.build-id/ab/", root);
	for (int i = 1; i < FAKE_BUILD_ID_BYTES; i++)
		strcat(path, "ab");
	strcat(path, ".debug");
	fake_elf_write(&elf, path);
	fake_elf_write(&stripped, "object.so");
	describe(&object, "/object.so", 0xab, BIAS);
	want(&object, 0x1010);
	want(&object, 0x2200);
	is_u64(symbols_resolve(&object.snapshot, root, &symbols), 0, "names with a debug file, below another root");
	is_str(name_of(symbols, frame_make(1, BIAS + 0x2200)), "outer", "come from the debug file");
	is_str(name_of(symbols, frame_make(1, BIAS + 0x1010)), "pthread_mutex_lock", "and the best of both");
	symbols_free(symbols);
	free(elf.bytes);
	free(stripped.bytes);
}

static void check_odd_frames(void)
{
	struct symbols *symbols;

	describe(&object, "[vdso]", 0, BIAS);
	want(&object, 0x123);
	object.frames[1] = frame_make(FRAME_MODULE_UNKNOWN, 0xabc);
	object.frames[2] = frame_make(FRAME_MODULE_PSEUDO, FRAME_TRUNCATED);
	object.frames[3] = frame_make(FRAME_MODULE_PSEUDO, FRAME_OVERFLOW);
	object.sample.depth = 4;
	is_u64(symbols_resolve(&object.snapshot, "", &symbols), 0, "frames without a file");
	is_str(name_of(symbols, object.frames[0]), "[vdso]+0x123", "the vDSO");
	is_str(name_of(symbols, object.frames[1]), "[unknown]+0xabc", "no object");
	is_str(name_of(symbols, object.frames[2]), "[truncated]", "a cut stack");
	is_str(name_of(symbols, object.frames[3]), "[overflow]", "a full table");
	symbols_free(symbols);
}

/* Variables: those that have a size, and no functions. */
static void check_variables(void)
{
	static const struct fake_symbol variables[] = {
		{"function", 0xa000, 0x1000, STT_FUNC, STB_GLOBAL, FAKE_DATA},
		{"_cache_lock", 0xa100, 0x28, STT_OBJECT, STB_LOCAL, FAKE_DATA},
		{"cache_lock", 0xa100, 0x28, STT_OBJECT, STB_GLOBAL, FAKE_DATA},
		{"db", 0xa200, 0x100, STT_OBJECT, STB_LOCAL, FAKE_DATA},
		{"label", 0xa280, 0, STT_OBJECT, STB_GLOBAL, FAKE_DATA},
		{"imported", 0xa300, 0x10, STT_OBJECT, STB_GLOBAL, SHN_UNDEF},
	};
	uint64_t addresses[] = {0xa0ff, 0xa100, 0xa128, 0xa240, 0xa290, 0xa2ff, 0xa300}, offsets[7] = {0};
	static const char *const named[] = {NULL, "cache_lock", NULL, "db", "db", "db", NULL};
	static const uint64_t expected_offsets[] = {0, 0, 0, 0x40, 0x90, 0xff, 0};
	uint64_t left = SYMBOL_OBJECT_LIMIT;
	const char *names[7] = {NULL};
	struct arena arena = {0};
	struct symbol_query query = {
		.type = SYMBOL_VARIABLE, .addresses = addresses, .count = 7, .names = &arena, .symbols_left = &left};
	struct fake_elf elf = fake_elf_new(variables, 6, SHT_SYMTAB, 7);

	fake_elf_write(&elf, "object.so");
	describe(&object, current_path(), 7, BIAS);
	is_u64(symbol_object_search(&object.modules[1], "", &query, names, offsets), 0, "names of variables");
	for (size_t i = 0; i < 7; i++) {
		is_str(names[i] ? names[i] : "none", named[i] ? named[i] : "none", "variable at 0x%llx",
		       (unsigned long long)addresses[i]);
		is_u64(offsets[i], expected_offsets[i], "so far behind its begin");
	}
	arena_free(&arena);
	free(elf.bytes);
}

static int describe_libc(struct dl_phdr_info *info, size_t bytes, void *unused)
{
	(void)bytes, (void)unused;
	if (!strstr(info->dlpi_name, "/libc.so.6"))
		return 0;
	describe(&object, info->dlpi_name, 0, info->dlpi_addr);
	return 1;
}

/* The functions that become leaves, in this system's libc, with or without its debug file. */
static void check_libc(void)
{
	static const char *const leaves[] = {"pthread_mutex_lock",
					     "pthread_mutex_unlock",
					     "pthread_mutex_timedlock",
					     "pthread_mutex_clocklock",
					     "pthread_cond_wait",
					     "pthread_cond_timedwait",
					     "pthread_cond_clockwait",
					     "pthread_rwlock_rdlock",
					     "sem_wait",
					     "read",
					     "poll"};
	enum { LEAVES = sizeof(leaves) / sizeof(*leaves) };
	void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
	struct symbols *symbols;

	ok(dl_iterate_phdr(describe_libc, NULL) == 1, "libc is found");
	for (size_t i = 0; i < LEAVES; i++)
		want(&object, (uint64_t)dlsym(libc, leaves[i]) - object.modules[1].load_bias);
	is_u64(symbols_resolve(&object.snapshot, "", &symbols), 0, "names in libc");
	for (size_t i = 0; i < LEAVES; i++)
		is_str(name_of(symbols, object.frames[i]), leaves[i], "entry of %s", leaves[i]);
	symbols_free(symbols);
	dlclose(libc);
}

static void check_damage(void)
{
	struct fake_elf elf = fake_elf_new(basic, BASIC, SHT_SYMTAB, 7);
	struct random random;
	unsigned failed = 0;

	random_seed(&random, 3, 1);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		struct fake_elf damaged = {.bytes = malloc(elf.count), .count = elf.count};
		struct symbols *symbols;

		memcpy(damaged.bytes, elf.bytes, elf.count);
		for (unsigned flips = 1 + random_below(&random, 6); flips > 0; flips--)
			damaged.bytes[random_below(&random, elf.count)] ^= 1 << random_below(&random, 8);
		if (i % 4 == 0)
			damaged.count = random_below(&random, elf.count);
		if (i % 4 == 1) /* a header field of ones */
			memset(damaged.bytes + elf.count -
				       random_below(&random, FAKE_SECTIONS * sizeof(Elf64_Shdr) / 8) * 8 - 8,
			       0xff, 8);
		fake_elf_write(&damaged, "object.so");
		describe(&object, current_path(), 0, BIAS);
		for (size_t wanted = 0; wanted < EXPECTED; wanted++)
			want(&object, expected[wanted].address);
		failed += symbols_resolve(&object.snapshot, "", &symbols) != 0;
		if (!failed)
			symbols_free(symbols);
		free(damaged.bytes);
	}
	is_u64(failed, 0, "%d damaged files: names or none, nothing worse", MUTATIONS);
	free(elf.bytes);
}

/* Every symbol covers everything: the work has a bound. Without it this takes longer than a test may. */
static void check_absurd_sizes(void)
{
	struct fake_symbol *symbols = calloc(10000, sizeof(*symbols));
	struct symbols *names;
	struct fake_elf elf;

	for (size_t i = 0; i < 10000; i++)
		symbols[i] =
			(struct fake_symbol){"x", 0x1000 + i % 16, UINT64_MAX / 2, STT_FUNC, STB_GLOBAL, FAKE_TEXT};
	elf = fake_elf_new(symbols, 10000, SHT_SYMTAB, 7);
	fake_elf_write(&elf, "object.so");
	describe(&object, current_path(), 7, BIAS);
	for (size_t i = 0; i < MANY; i++)
		want(&object, 0x2000 + i);
	is_u64(symbols_resolve(&object.snapshot, "", &names), 0, "symbols without end");
	symbols_free(names);
	free(symbols);
	free(elf.bytes);
}

int main(void)
{
	check_names(SHT_SYMTAB);
	check_names(SHT_DYNSYM);
	check_build_id();
	check_debug_file();
	check_odd_frames();
	check_variables();
	check_libc();
	check_damage();
	check_absurd_sizes();
	is_u64(heap_used_bytes(), 0, "all memory is given back");
	return done();
}
