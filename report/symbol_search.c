/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "heap.h"
#include "sort.h"
#include "symbol_search.h"

enum {
	TEXT_BYTES = 16 * 1024, /* longer names are cut */
	TEXT_FIRST_BYTES = 256, /* nearly all names are shorter */
	SYMBOLS_AT_ONCE = 2048,
	WORK_LIMIT =
		1 << 24, /* addresses visited beyond the first of each symbol, and bytes of long and of kept names */
};

/* One symbol of a table, with what is needed to compare it. */
struct symbol {
	struct symbol_match match;
	uint64_t bytes;
	uint64_t name_offset;
};

int symbol_search_new(struct symbol_search *search, const struct symbol_query *query)
{
	*search = (struct symbol_search){
		.type = query->type,
		.addresses = query->addresses,
		.count = query->count,
		.sized = heap_alloc_array(query->count, sizeof(*search->sized)),
		.unsized = heap_alloc_array(query->count, sizeof(*search->unsized)),
		.nearest = heap_alloc_array(query->count, sizeof(*search->nearest)),
		.names = query->names,
		.text = heap_alloc(TEXT_BYTES),
		.work_left = WORK_LIMIT,
		.symbols_left = query->symbols_left,
	};
	if (search->sized && search->unsized && search->nearest && search->text)
		return 0;
	symbol_search_free(search);
	return -ENOMEM;
}

void symbol_search_free(struct symbol_search *search)
{
	heap_free(search->sized);
	heap_free(search->unsized);
	heap_free(search->nearest);
	heap_free(search->text);
	*search = (struct symbol_search){0};
}

/* The number of the first address that is not below `address`. */
static size_t first_from(const struct symbol_search *search, uint64_t address)
{
	return address ? sort_count_up_to(search->addresses, sizeof(*search->addresses), search->count, address - 1)
		       : 0;
}

/* False: this file has had its share. */
static bool spend(struct symbol_search *search, uint64_t work)
{
	if (search->work_left < work)
		return false;
	search->work_left -= work;
	return true;
}

/* Is it one of the functions that the profiles are about? */
static bool is_wrapped(const char *name, size_t bytes)
{
	static const struct {
		const char *name;
		size_t bytes; /* compared first: few names are equally long */
	} wrapped[] = {
#define FUNCTION(result, name, parameters, arguments, version) {#name, sizeof(#name) - 1},
#define FUNCTION_IN_ASSEMBLER(name)                            {#name, sizeof(#name) - 1},
#define FUNCTION_OF_LIST(name)                                 /* never in a profile */
#define FUNCTION_ASIDE(result, name, parameters, arguments, life, version)
#define FUNCTION_OLD(result, name, parameters, arguments, version)
#include "functions.def"
#undef FUNCTION
#undef FUNCTION_IN_ASSEMBLER
#undef FUNCTION_OF_LIST
	};

	for (size_t i = 0; i < sizeof(wrapped) / sizeof(wrapped[0]); i++)
		if (bytes == wrapped[i].bytes && memcmp(name, wrapped[i].name, bytes) == 0)
			return true;
	return false;
}

/* Is `a` the better name for the code that both begin with? */
static bool is_better(const struct symbol_match *a, const struct symbol_match *b)
{
	size_t a_bytes = strlen(a->name), b_bytes = strlen(b->name);
	bool a_is_wrapped;
	size_t a_underscores = strspn(a->name, "_"), b_underscores = strspn(b->name, "_");

	if (a->is_function != b->is_function)
		return a->is_function;
	a_is_wrapped = is_wrapped(a->name, a_bytes);
	if (a_is_wrapped != is_wrapped(b->name, b_bytes))
		return a_is_wrapped;
	if (a_underscores != b_underscores)
		return a_underscores < b_underscores;
	if (a->binding != b->binding)
		return a->binding > b->binding;
	if (a_bytes != b_bytes)
		return a_bytes < b_bytes;
	return strcmp(a->name, b->name) < 0;
}

/* Puts `candidate` in place of *match if it is better; the name is kept in the arena the first time that it is needed.
 */
static int offer(struct symbol_search *search, struct symbol_match *candidate, struct symbol_match *match)
{
	if (match->name &&
	    (candidate->start < match->start || (candidate->start == match->start && !is_better(candidate, match))))
		return 0;
	if (candidate->name == search->text) {
		if (!spend(search, strlen(search->text)))
			return 0;
		candidate->name = arena_copy_text(search->names, search->text, strlen(search->text));
		if (!candidate->name) {
			candidate->name = search->text;
			return -ENOMEM;
		}
	}
	*match = *candidate;
	return 0;
}

/* Reads the name without its version into search->text. Names that cannot be read, or are none, do not count. */
static bool read_name(struct symbol_search *search, const struct elf_file *file, uint32_t strings, uint64_t offset)
{
	if (elf_file_read_string(file, strings, offset, search->text, TEXT_FIRST_BYTES))
		return false;
	if (strlen(search->text) == TEXT_FIRST_BYTES - 1 && spend(search, TEXT_BYTES / 16) &&
	    elf_file_read_string(file, strings, offset, search->text, TEXT_BYTES))
		return false;
	search->text[strcspn(search->text, "@")] = '\0';
	return search->text[0] != '\0';
}

/* Does any address from number `first` on lie in the symbol and is not matched by one that begins later? */
static bool is_wanted(const struct symbol_search *search, const struct symbol *symbol, size_t first)
{
	const struct symbol_match *match = symbol->bytes ? &search->sized[first] : &search->unsized[first];

	if (symbol->bytes > 0 && search->addresses[first] - symbol->match.start >= symbol->bytes)
		return false;
	return symbol->bytes > 0 || !match->name || match->start <= symbol->match.start;
}

static int enter_symbol(struct symbol_search *search, const struct elf_file *file, uint32_t strings,
			struct symbol *symbol)
{
	size_t first = first_from(search, symbol->match.start);
	uint64_t *nearest;
	int error;

	if (first == search->count)
		return 0;
	nearest = &search->nearest[first];
	if (symbol->match.start + 1 > *nearest)
		*nearest = symbol->match.start + 1;
	if (!is_wanted(search, symbol, first) || !read_name(search, file, strings, symbol->name_offset))
		return 0;
	symbol->match.name = search->text;
	if (symbol->bytes == 0)
		return offer(search, &symbol->match, &search->unsized[first]);
	error = offer(search, &symbol->match, &search->sized[first]);
	for (size_t i = first + 1; i < search->count && !error; i++) {
		if (search->addresses[i] - symbol->match.start >= symbol->bytes || !spend(search, 1))
			break;
		error = offer(search, &symbol->match, &search->sized[i]);
	}
	return error;
}

static uint8_t binding_rank(const Elf64_Sym *entry)
{
	switch (ELF64_ST_BIND(entry->st_info)) {
	case STB_GLOBAL:
	case STB_GNU_UNIQUE:
		return 2;
	case STB_WEAK:
		return 1;
	default:
		return 0;
	}
}

/* Is this table entry one of those that are looked for? */
static bool is_of_type(enum symbol_type type, const Elf64_Sym *entry, const Elf64_Shdr *section)
{
	unsigned entry_type = ELF64_ST_TYPE(entry->st_info);

	if (type == SYMBOL_VARIABLE)
		return entry_type == STT_OBJECT && entry->st_size > 0 && section->sh_flags & SHF_ALLOC;
	return (entry_type == STT_FUNC || entry_type == STT_GNU_IFUNC || entry_type == STT_NOTYPE) &&
	       section->sh_flags & SHF_EXECINSTR;
}

/* Writes *out_symbol if the entry has a name and is of the type. */
static bool symbol_of_entry(enum symbol_type type, const struct elf_file *file, const Elf64_Sym *entry,
			    struct symbol *out_symbol)
{
	const Elf64_Shdr *section;

	if (entry->st_name == 0 || entry->st_shndx == SHN_UNDEF || entry->st_shndx >= file->section_count)
		return false;
	section = &file->sections[entry->st_shndx];
	if (!is_of_type(type, entry, section))
		return false;
	*out_symbol = (struct symbol){
		.match = {.start = entry->st_value,
			  .limit = section->sh_addr + section->sh_size,
			  .is_function = ELF64_ST_TYPE(entry->st_info) != STT_NOTYPE,
			  .binding = binding_rank(entry)},
		.bytes = entry->st_size,
		.name_offset = entry->st_name,
	};
	return true;
}

static int enter_entries(struct symbol_search *search, const struct elf_file *file, const Elf64_Shdr *table,
			 const Elf64_Sym *entries, size_t count)
{
	uint64_t last_address = search->addresses[search->count - 1];
	struct symbol symbol;
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		if (entries[i].st_value <= last_address && symbol_of_entry(search->type, file, &entries[i], &symbol))
			error = enter_symbol(search, file, table->sh_link, &symbol);
	return error;
}

int symbol_search_table(struct symbol_search *search, const struct elf_file *file, uint32_t type)
{
	const Elf64_Shdr *table = elf_file_section(file, type);
	uint64_t left, offset;
	Elf64_Sym *entries;
	int error = 0;

	if (!table || search->count == 0)
		return 0;
	entries = heap_alloc_array(SYMBOLS_AT_ONCE, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	left = table->sh_size / sizeof(*entries);
	if (left > *search->symbols_left)
		left = *search->symbols_left;
	*search->symbols_left -= left;
	offset = table->sh_offset;
	while (left > 0 && !error) {
		size_t count = left < SYMBOLS_AT_ONCE ? left : SYMBOLS_AT_ONCE;

		error = elf_file_read(file, offset, entries, count * sizeof(*entries));
		if (!error)
			error = enter_entries(search, file, table, entries, count);
		offset += count * sizeof(*entries);
		left -= count;
	}
	heap_free(entries);
	return error;
}

void symbol_search_finish(const struct symbol_search *search, const char **out_names, uint64_t *out_offsets)
{
	struct symbol_match unsized = {0};
	uint64_t nearest = 0;

	for (size_t i = 0; i < search->count; i++) {
		const struct symbol_match *match = &search->sized[i];

		if (search->nearest[i] > nearest)
			nearest = search->nearest[i];
		if (search->unsized[i].name)
			unsized = search->unsized[i];
		if (!match->name && unsized.name && unsized.start + 1 == nearest &&
		    search->addresses[i] < unsized.limit)
			match = &unsized;
		if (!match->name)
			continue;
		out_names[i] = match->name;
		out_offsets[i] = search->addresses[i] - match->start;
	}
}
