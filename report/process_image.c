/* SPDX-License-Identifier: MIT */
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libiberty/demangle.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "path.h"
#include "process_image_parts.h"

struct code {
	uint64_t address;
	struct code_name name;
};

/* libdw's callbacks are not told which image it is: one is opened at a time. */
static const char *root_for_finding = "";

static int find_elf(Dwfl_Module *module, void **user_data, const char *name, Dwarf_Addr base, char **out_path,
		    Elf **out_elf)
{
	char path[2 * PATH_MAX];
	int descriptor;

	if (name[0] != '/')
		return dwfl_linux_proc_find_elf(module, user_data, name, base, out_path, out_elf);
	snprintf(path, sizeof(path), "%s%s", root_for_finding, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (descriptor < 0) { /* its root is shown to those only who may trace it */
		snprintf(path, sizeof(path), "%s", name);
		descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	}
	if (descriptor >= 0)
		*out_path = strdup(path);
	return descriptor;
}

static char *debug_directories = "/usr/lib/debug";

/* The process's own objects first; the section addresses are those of the files. */
static const Dwfl_Callbacks finders = {
	.find_elf = find_elf,
	.find_debuginfo = dwfl_build_id_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debug_directories,
};

static bool has_build_id(Elf *elf, const struct snapshot_module *module)
{
	const void *id;
	ssize_t bytes = dwelf_elf_gnu_build_id(elf, &id);

	return bytes < 0 || module->build_id_bytes == 0 ||
	       ((size_t)bytes == module->build_id_bytes && memcmp(id, module->build_id, (size_t)bytes) == 0);
}

/* Is it still the file that was loaded? */
static bool is_same_object(int descriptor, const struct snapshot_module *module)
{
	Elf *elf = elf_begin(descriptor, ELF_C_READ_MMAP, NULL);
	bool is_same = elf && has_build_id(elf, module);

	if (elf)
		elf_end(elf);
	return is_same;
}

static void report_module(Dwfl *dwfl, const struct snapshot_module *module)
{
	int descriptor = open(module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0)
		return;
	if (!is_same_object(descriptor, module) ||
	    !dwfl_report_elf(dwfl, module->path, module->path, descriptor, module->load_bias, true))
		close(descriptor);
}

static bool is_reported(const struct snapshot *snapshot, size_t number)
{
	const struct snapshot_module *module = &snapshot->modules[number];

	for (size_t i = 1; i < number; i++)
		if (snapshot->modules[i].limit && snapshot->modules[i].load_bias == module->load_bias &&
		    strcmp(snapshot->modules[i].path, module->path) == 0)
			return true;
	return false;
}

/* Each segment of code is a module of its own there; an object is one here. */
static void report_modules(Dwfl *dwfl, const struct snapshot *snapshot)
{
	for (size_t i = 1; i < snapshot->module_count; i++)
		if (snapshot->modules[i].limit && snapshot->modules[i].path[0] == '/' && !is_reported(snapshot, i))
			report_module(dwfl, &snapshot->modules[i]);
}

struct process_image *process_image_open(pid_t pid, const struct snapshot *snapshot, const char *root,
					 struct process_memory *memory)
{
	struct process_image *image = calloc(1, sizeof(*image));

	if (!image)
		return NULL;
	image->memory = memory;
	image->dwfl = dwfl_begin(&finders);
	snprintf(image->root, sizeof(image->root), "%s", pid ? root : "");
	if (pid) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d/maps", pid);
		image->maps = fopen(path, "re");
	}
	if (image->dwfl) {
		dwfl_report_begin(image->dwfl);
		if (!pid || dwfl_linux_proc_report(image->dwfl, pid) != 0)
			report_modules(image->dwfl, snapshot);
		dwfl_report_end(image->dwfl, NULL, NULL);
	}
	return image;
}

static void free_code(void *code)
{
	free((char *)((struct code *)code)->name.function);
	free(code);
}

void process_image_close(struct process_image *image)
{
	if (!image)
		return;
	if (image->maps)
		fclose(image->maps);
	tdestroy(image->codes, free_code);
	if (image->dwfl)
		dwfl_end(image->dwfl);
	free(image);
}

Dwfl_Module *process_image_module_at(struct process_image *image, uint64_t address)
{
	root_for_finding = image->root;
	return image->dwfl ? dwfl_addrmodule(image->dwfl, address) : NULL;
}

const char *process_image_module_name(Dwfl_Module *module)
{
	const char *name = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

	return path_base(name ? name : "");
}

/* By the object's own addresses, as addr2line takes them. */
static char *name_without_symbol(Dwfl_Module *module, uint64_t address)
{
	Dwarf_Addr bias = 0;
	char *name;

	if (!module)
		return asprintf(&name, "[unknown]+0x%" PRIx64, address) < 0 ? NULL : name;
	dwfl_module_getelf(module, &bias);
	return asprintf(&name, "%s+0x%" PRIx64, process_image_module_name(module), address - bias) < 0 ? NULL : name;
}

static char *function_name(Dwfl_Module *module, uint64_t address)
{
	const char *symbol = module ? dwfl_module_addrname(module, address) : NULL;
	char *readable = symbol ? cplus_demangle(symbol, DMGL_AUTO | DMGL_NO_OPTS) : NULL;

	if (readable)
		return readable;
	return symbol ? strndup(symbol, strcspn(symbol, "@")) : name_without_symbol(module, address);
}

static void find_line(Dwfl_Module *module, uint64_t address, struct code_name *name)
{
	Dwfl_Line *line = module ? dwfl_module_getsrc(module, address) : NULL;
	const char *file = line ? dwfl_lineinfo(line, NULL, &name->line, NULL, NULL, NULL) : NULL;

	name->file = file ? file : "";
}

static int compare_codes(const void *a, const void *b)
{
	const struct code *left = a, *right = b;

	return (left->address > right->address) - (left->address < right->address);
}

const struct code_name *process_image_code(struct process_image *image, uint64_t address)
{
	static const struct code_name unknown = {.function = "[no memory]", .file = ""};
	struct code *code = calloc(1, sizeof(*code));
	struct code **found;
	Dwfl_Module *module;

	if (!code)
		return &unknown;
	code->address = address;
	found = tsearch(code, &image->codes, compare_codes);
	if (!found || *found != code) {
		free(code);
		return found ? &(*found)->name : &unknown;
	}
	module = process_image_module_at(image, address);
	code->name.function = function_name(module, address);
	if (!code->name.function)
		code->name.function = strdup("[no memory]");
	find_line(module, address, &code->name);
	return &code->name;
}

/* libc's functions have names with and without underscores; wrappers stand in front of those without, or both. */
const char *process_image_leaf(struct process_image *image, uint64_t address)
{
	const char *name = process_image_code(image, address)->function;

	return name + strspn(name, "_");
}

struct search {
	uint64_t address, best_start;
	Dwfl_Module *module;
};

static int compare_start(Dwfl_Module *module, void **user_data, const char *name, Dwarf_Addr start, void *argument)
{
	struct search *search = argument;

	(void)user_data, (void)name;
	if (start <= search->address && start >= search->best_start) {
		search->best_start = start;
		search->module = module;
	}
	return DWARF_CB_OK;
}

/* Zeroed variables lie behind what is mapped of the file. */
static Dwfl_Module *module_before(struct process_image *image, uint64_t address)
{
	struct search search = {.address = address};

	if (image->dwfl)
		dwfl_getmodules(image->dwfl, compare_start, &search, 0);
	return search.module;
}

bool process_image_find_data(struct process_image *image, uint64_t address, char *out_name, size_t bytes)
{
	Dwfl_Module *module = process_image_module_at(image, address);
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name;
	char *readable;

	if (!module)
		module = module_before(image, address);
	name = module ? dwfl_module_addrinfo(module, address, &offset, &symbol, NULL, NULL, NULL) : NULL;
	if (!name || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT || offset >= symbol.st_size)
		return false;
	readable = cplus_demangle(name, DMGL_AUTO | DMGL_NO_OPTS);
	snprintf(out_name, bytes, offset ? "%s+0x%" PRIx64 : "%s", readable ? readable : name, (uint64_t)offset);
	free(readable);
	return true;
}

/* "START-LIMIT FLAGS OFFSET DEVICE INODE   NAME" */
bool process_image_find_mapping(const struct process_image *image, uint64_t address, char *out_name, size_t bytes)
{
	char line[PATH_MAX + 128];
	uint64_t start, limit;
	int name = 0;

	if (!image->maps)
		return false;
	rewind(image->maps);
	while (fgets(line, sizeof(line), image->maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &start, &limit, &name) != 2 ||
		    address < start || address >= limit)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(out_name, bytes, "%s", strcmp(line + name, "[heap]") ? line + name : "heap");
		return line[name] != '\0';
	}
	return false;
}
