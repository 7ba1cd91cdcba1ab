/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "symbol_object.h"

/* The region keeps the first MODULES_BUILD_ID_BYTES of a longer one. */
static bool is_file_of(const struct snapshot_module *module, const struct elf_file *file)
{
	size_t bytes = file->build_id_bytes < MODULES_BUILD_ID_BYTES ? file->build_id_bytes : MODULES_BUILD_ID_BYTES;

	if (module->build_id_bytes == 0)
		return true;
	return bytes == module->build_id_bytes && memcmp(file->build_id, module->build_id, bytes) == 0;
}

/* A table that cannot be read leaves addresses without names; only memory is worth giving up for. */
static int search_tables(struct symbol_search *search, const struct elf_file *file)
{
	int symtab_error = symbol_search_table(search, file, SHT_SYMTAB);
	int dynsym_error = symbol_search_table(search, file, SHT_DYNSYM);

	return symtab_error == -ENOMEM || dynsym_error == -ENOMEM ? -ENOMEM : 0;
}

static int search_debug_file(struct symbol_search *search, const struct snapshot_module *module, const char *root)
{
	struct elf_file file;
	int error = elf_file_open_debug(root, module->build_id, module->build_id_bytes, &file);

	if (error)
		return error == -ENOMEM ? error : 0;
	error = is_file_of(module, &file) ? search_tables(search, &file) : 0;
	elf_file_close(&file);
	return error;
}

/* Searches the object's own file. *out_has_all: its symbol table was there, so that a debug file has no more names. */
static int search_object_file(struct symbol_search *search, const struct snapshot_module *module, const char *root,
			      bool *out_has_all)
{
	const char *path = module->path;
	struct elf_file file;
	int error = path[0] == '/' ? elf_file_open(root, path, &file) : -ENOENT;

	if (error)
		return error == -ENOMEM ? error : 0;
	if (is_file_of(module, &file)) {
		error = search_tables(search, &file);
		*out_has_all = elf_file_section(&file, SHT_SYMTAB) != NULL;
	}
	elf_file_close(&file);
	return error;
}

int symbol_object_search(const struct snapshot_module *module, const char *root, const struct symbol_query *query,
			 const char **out_names, uint64_t *out_offsets)
{
	struct symbol_search search;
	bool has_all = false;
	int error = symbol_search_new(&search, query);

	if (error)
		return error;
	error = search_object_file(&search, module, root, &has_all);
	if (!error && !has_all)
		error = search_debug_file(&search, module, root);
	if (!error)
		symbol_search_finish(&search, out_names, out_offsets);
	symbol_search_free(&search);
	return error;
}
