/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <elfutils/debuginfod.h>
#include <elfutils/libdwelf.h>

#include "debug_file.h"
#include "descriptor.h"
#include "modules.h"

#define PAGE_MASK (~UINT64_C(0xfff))

enum { BUILD_ID_LEAST_BYTES = 2 };

bool debug_file_has_build_id(Elf *elf, const char *build_id)
{
	const void *bits;
	ssize_t count = dwelf_elf_gnu_build_id(elf, &bits);
	size_t wanted = strlen(build_id) / 2;
	char text[3];

	if (wanted == 0 || count <= 0)
		return wanted == 0 && count <= 0;
	if (wanted != (size_t)count && (wanted != MODULES_BUILD_ID_BYTES || (size_t)count < wanted))
		return false;
	for (size_t i = 0; i < wanted; i++) {
		snprintf(text, sizeof(text), "%02x", ((const uint8_t *)bits)[i]);
		if (memcmp(text, build_id + 2 * i, 2) != 0)
			return false;
	}
	return true;
}

/* The file of that path, or none. Takes over `path`. */
static bool open_path(const char *root, char *path, const char *build_id, struct debug_file *out_file)
{
	struct stat status;
	long descriptor = path ? descriptor_open_regular(root, path, O_RDONLY, &status) : -1;
	Elf *elf = descriptor < 0 ? NULL : elf_begin((int)descriptor, ELF_C_READ, NULL);
	bool is_it = elf && elf_kind(elf) == ELF_K_ELF && debug_file_has_build_id(elf, build_id);

	elf_end(elf);
	if (is_it) {
		*out_file = (struct debug_file){.descriptor = (int)descriptor, .path = path};
		return true;
	}
	if (descriptor >= 0)
		close((int)descriptor);
	free(path);
	return false;
}

static bool open_debug(const char *root, const char *build_id, struct debug_file *out_file)
{
	char *path;

	if (strlen(build_id) < 2 * BUILD_ID_LEAST_BYTES ||
	    asprintf(&path, "/usr/lib/debug/.build-id/%.2s/%s.debug", build_id, build_id + 2) < 0)
		return false;
	return open_path(root, path, build_id, out_file);
}

/* Its library is loaded only if somebody wants it: it brings a whole web client. */
static bool ask_debuginfod(const char *build_id, struct debug_file *out_file)
{
	void *library = getenv("DEBUGINFOD_URLS") ? dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL) : NULL;
	__typeof__(debuginfod_begin) *begin = library ? dlsym(library, "debuginfod_begin") : NULL;
	__typeof__(debuginfod_find_debuginfo) *find = library ? dlsym(library, "debuginfod_find_debuginfo") : NULL;
	debuginfod_client *client = begin && find ? begin() : NULL;
	char *path = NULL;
	int descriptor;

	if (!client || strlen(build_id) < 2 * BUILD_ID_LEAST_BYTES)
		return false;
	descriptor = find(client, (const unsigned char *)build_id, 0, &path);
	if (descriptor < 0)
		return false;
	close(descriptor);
	return open_path("", path, build_id, out_file);
}

bool debug_file_find(const char *root, const struct debug_object *object, struct debug_file *out_file)
{
	elf_version(EV_CURRENT);
	if (object->path[0] == '/' && open_path(root, strdup(object->path), object->build_id, out_file)) {
		out_file->is_object = true;
		return true;
	}
	return open_debug(root, object->build_id, out_file);
}

bool debug_file_find_by_id(const struct debug_object *object, struct debug_file *out_file)
{
	elf_version(EV_CURRENT);
	return open_debug("", object->build_id, out_file) || ask_debuginfod(object->build_id, out_file);
}

/* Mappings begin with the page that a segment begins in. */
static bool has_offset(const GElf_Phdr *segment, uint64_t offset)
{
	return offset >= (segment->p_offset & PAGE_MASK) &&
	       offset - (segment->p_offset & PAGE_MASK) < segment->p_filesz;
}

/* By the offset of the mapping in the file; in a debug file, which has other offsets, by its being the only code. */
bool debug_file_find_shift(Elf *elf, const struct debug_object *object, bool is_object, uint64_t *out_shift)
{
	size_t count, codes = 0;
	GElf_Phdr segment;
	uint64_t address = 0;

	if (elf_getphdrnum(elf, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD || !(segment.p_flags & PF_X))
			continue;
		if (is_object && has_offset(&segment, object->file_offset)) {
			*out_shift = segment.p_vaddr - segment.p_offset;
			return true;
		}
		codes++;
		address = segment.p_vaddr & PAGE_MASK;
	}
	*out_shift = address - object->file_offset;
	return codes == 1;
}
