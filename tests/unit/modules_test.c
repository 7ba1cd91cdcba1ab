/* SPDX-License-Identifier: MIT */
/* Goal: an entry says of an object what /proc/self/maps and its file say; objects that come and go get their own;
 * threads that see an object at the same time make one entry. */
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "frame.h"
#include "losses.h"
#include "mappings.h"
#include "modules.h"
#include "object.h"

enum {
	RACE_THREADS = 4,
	RACE_ROUNDS = 2000,
	PATH_BYTES = 4096,
};

static struct modules table;
static struct losses losses;

/* The executable mapping that holds the address. */
static bool find_line(uint64_t address, struct mapping *out_line)
{
	FILE *maps = mappings_open(getpid());
	bool is_found = false;

	while (!is_found && mappings_next(maps, out_line))
		is_found = out_line->kind[2] == 'x' && address >= out_line->begin && address < out_line->end;
	mappings_close(maps);
	return is_found;
}

/* The build id as the file has it. */
static bool file_has_bytes(const char *path, const uint8_t *bytes, unsigned count)
{
	FILE *file = fopen(path, "r");
	static char content[1 << 16];
	size_t size = file ? fread(content, 1, sizeof(content), file) : 0;

	if (file)
		fclose(file);
	return count && memmem(content, size, bytes, count);
}

static const struct module *entry_of(const void *code)
{
	return &table.entries[modules_find((uint64_t)code)];
}

static void check_entry(const char *name, const void *code)
{
	const struct module *entry = entry_of(code);
	struct mapping line;

	if (!ok(find_line((uint64_t)code, &line), "%s: is mapped", name))
		return;
	is_u64(entry->ready, 1, "%s: has an entry", name);
	is_u64(entry->start, line.begin, "%s: start", name);
	is_u64(entry->limit, line.end, "%s: limit", name);
	is_u64(entry->file_offset, line.offset, "%s: offset", name);
	is_u64(entry->retired, 0, "%s: is there", name);
	is_u64(modules_find((uint64_t)code), entry - table.entries, "%s: the same entry again", name);
}

static void check_file(const char *name, const void *code)
{
	const struct module *entry = entry_of(code);
	char path[PATH_BYTES] = "", resolved[PATH_BYTES] = "";
	struct mapping line;

	check_entry(name, code);
	find_line((uint64_t)code, &line);
	memcpy(path, table.strings + entry->path_offset, entry->path_bytes);
	is_str(realpath(path, resolved), line.path, "%s: path", name);
	is_u64(entry->build_id_bytes, 20, "%s: bytes of build id", name);
	ok(file_has_bytes(path, entry->build_id, entry->build_id_bytes), "%s: build id", name);
}

static void check_bias(void)
{
	Dl_info info;
	const struct module *entry = entry_of(qsort);

	dladdr(qsort, &info);
	is_u64(entry->load_bias, (uint64_t)info.dli_fbase, "libc's load bias");
}

static void check_vdso(void)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR);
	const struct module *entry;

	if (!vdso) {
		skip(9, "this machine has no vDSO");
		return;
	}
	vdso += ((const ElfW(Ehdr) *)vdso)->e_entry ? ((const ElfW(Ehdr) *)vdso)->e_entry : 0x600;
	check_entry("vDSO", vdso);
	entry = entry_of(vdso);
	ok(entry->path_bytes == strlen("[vdso]") &&
		   !memcmp(table.strings + entry->path_offset, "[vdso]", entry->path_bytes),
	   "vDSO: is called [vdso]");
	ok(entry->build_id_bytes > 0, "vDSO: has a build id");
}

static void check_unknown(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	is_u64(modules_find((uint64_t)code), FRAME_MODULE_UNKNOWN, "code that no loader loaded");
	is_u64(modules_find(0), FRAME_MODULE_UNKNOWN, "address 0");
	is_u64(modules_find((uint64_t)&table), FRAME_MODULE_UNKNOWN, "data");
	munmap(code, 4096);
}

static unsigned entries_used(void)
{
	unsigned used = 0;

	while (used + 1 < MODULES_LIMIT && table.entries[used + 1].start)
		used++;
	return used;
}

static void race_thread(unsigned number, void *argument)
{
	void *const *codes = argument;

	for (unsigned round = 0; round < RACE_ROUNDS; round++) {
		modules_find((uint64_t)codes[(number + round) % 4]);
		if (number == 0)
			modules_forget_unloaded();
	}
}

static void check_race(void)
{
	void *codes[] = {qsort, entries_used, dlsym(RTLD_DEFAULT, "_dl_find_object"),
			 dlsym(RTLD_DEFAULT, "__tls_get_addr")};
	unsigned retired = 0;

	memset(&table, 0, sizeof(table));
	t_run(RACE_THREADS, race_thread, codes);
	for (unsigned i = 1; i <= entries_used(); i++)
		retired += table.entries[i].retired;
	is_u64(entries_used(), 3, "three objects, three entries, whoever came first");
	is_u64(retired, 0, "none of them is gone");
}

/* An entry for other code at the same place: as if it had been unloaded while nobody looked. */
static void check_replaced(void)
{
	uint32_t before = modules_find((uint64_t)qsort);
	uint32_t after;

	table.entries[before].build_id[0] ^= 1;
	after = modules_find((uint64_t)qsort);
	ok(after != before, "another object at the same addresses has another number");
	is_u64(table.entries[before].retired, 1, "the one before is gone");
	is_u64(modules_find((uint64_t)qsort), after, "and stays so");
}

static void check_unloaded(void)
{
	uint32_t number = modules_find((uint64_t)qsort);
	struct module *entry = &table.entries[entries_used() + 1];

	*entry = table.entries[number];
	entry->start = 0x10000;
	entry->limit = 0x20000;
	modules_forget_unloaded();
	is_u64(entry->retired, 1, "an object that is no longer there is gone");
	is_u64(table.entries[number].retired, 0, "one that is there is not");
}

static void check_full(void)
{
	uint64_t before;

	memset(&table, 0, sizeof(table));
	table.string_bytes = MODULES_STRING_BYTES - 2;
	is_u64(entry_of(qsort)->path_bytes, 0, "no room for its path: an object without one");
	is_u64(entry_of(qsort)->ready, 1, "but with an entry");
	is_u64(entries_used(), 1, "only one");
	is_u64(losses.events[LOSS_PATHS_FULL], 1, "which is counted");
	memset(&table, 0, sizeof(table));
	for (unsigned i = 1; i < MODULES_LIMIT; i++)
		table.entries[i].start = 1;
	before = losses.events[LOSS_MODULES_FULL];
	is_u64(modules_find((uint64_t)qsort), FRAME_MODULE_UNKNOWN, "no free entry");
	is_u64(losses.events[LOSS_MODULES_FULL] - before, 1, "which is counted");
}

int main(void)
{
	char program[PATH_BYTES] = "";

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		return 1;
	losses_init(&losses);
	is_u64(modules_find((uint64_t)entry_of), FRAME_MODULE_UNKNOWN, "before there is a table");
	object_init(_dl_find_object);
	modules_init(&table, program);
	check_file("program", entry_of);
	check_file("libc", qsort);
	check_file("loader", dlsym(RTLD_DEFAULT, "__tls_get_addr"));
	check_bias();
	check_vdso();
	check_unknown();
	check_race();
	check_replaced();
	check_unloaded();
	check_full();
	return done();
}
