/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

#include "vdso.h"

/* The dynamic symbols of an image. */
struct symbols {
	const ElfW(Sym) * entries;
	const char *names;
	const uint32_t *hash;     /* DT_HASH */
	const uint32_t *gnu_hash; /* DT_GNU_HASH; newer kernels have no other */
};

static const ElfW(Phdr) * find_segment(const ElfW(Ehdr) * header, uint32_t type)
{
	const ElfW(Phdr) *segments = (const void *)((const char *)header + header->e_phoff);

	for (int i = 0; i < header->e_phnum; i++)
		if (segments[i].p_type == type)
			return &segments[i];
	return NULL;
}

static struct symbols find_symbols(const ElfW(Dyn) * dynamic, uintptr_t bias)
{
	struct symbols symbols = {.entries = NULL};

	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		const void *value = (const void *)(bias + dynamic->d_un.d_ptr);

		if (dynamic->d_tag == DT_SYMTAB)
			symbols.entries = value;
		if (dynamic->d_tag == DT_STRTAB)
			symbols.names = value;
		if (dynamic->d_tag == DT_HASH)
			symbols.hash = value;
		if (dynamic->d_tag == DT_GNU_HASH)
			symbols.gnu_hash = value;
	}
	return symbols;
}

/* The number of symbols: one more than the last symbol of the chain that begins at the highest number. */
static uint32_t count_by_gnu_hash(const uint32_t *table)
{
	uint32_t bucket_count = table[0], first = table[1], filter_words = table[2];
	const uint32_t *buckets = table + 4 + filter_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chains = buckets + bucket_count;
	uint32_t last = 0;

	for (uint32_t i = 0; i < bucket_count; i++)
		if (buckets[i] > last)
			last = buckets[i];
	if (last < first)
		return first;
	while (!(chains[last - first] & 1))
		last++;
	return last + 1;
}

static uint32_t count_symbols(const struct symbols *symbols)
{
	if (symbols->hash)
		return symbols->hash[1]; /* one chain word per symbol */
	return symbols->gnu_hash ? count_by_gnu_hash(symbols->gnu_hash) : 0;
}

static const ElfW(Sym) * find_function(const struct symbols *symbols, const char *name)
{
	uint32_t count = symbols->entries && symbols->names ? count_symbols(symbols) : 0;

	for (uint32_t i = 0; i < count; i++) {
		const ElfW(Sym) *symbol = &symbols->entries[i];

		if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
		    strcmp(symbols->names + symbol->st_name, name) == 0)
			return symbol;
	}
	return NULL;
}

void *vdso_find_in(const void *image, const char *name)
{
	const ElfW(Ehdr) *header = image;
	const ElfW(Phdr) * load, *dynamic;
	const ElfW(Sym) * symbol;
	struct symbols symbols;
	uintptr_t bias;

	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return NULL;
	load = find_segment(header, PT_LOAD);
	dynamic = find_segment(header, PT_DYNAMIC);
	if (!load || !dynamic)
		return NULL;
	bias = (uintptr_t)image + load->p_offset - load->p_vaddr;
	symbols = find_symbols((const void *)((const char *)image + dynamic->p_offset), bias);
	symbol = find_function(&symbols, name);
	return symbol ? (void *)(bias + symbol->st_value) : NULL;
}

void *vdso_find(const char *name)
{
	const void *image = (const void *)getauxval(AT_SYSINFO_EHDR);

	return image ? vdso_find_in(image, name) : NULL;
}
