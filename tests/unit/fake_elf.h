/* SPDX-License-Identifier: MIT */
/* fake_elf: writes small ELF files with the symbols that a test wants. Included by the test program, once. */
#ifndef CONTEND_TESTS_FAKE_ELF_H
#define CONTEND_TESTS_FAKE_ELF_H

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fake_symbol {
	const char *name;
	uint64_t value, bytes;
	unsigned type, binding;
	unsigned section; /* FAKE_TEXT, FAKE_COLD, FAKE_DATA, SHN_UNDEF */
};

/* The sections of every file. */
enum { FAKE_NULL, FAKE_TEXT, FAKE_COLD, FAKE_DATA, FAKE_NOTE, FAKE_SYMTAB, FAKE_STRTAB, FAKE_SECTIONS };

enum { FAKE_BUILD_ID_BYTES = 20, FAKE_IMAGE_LIMIT = 1 << 20 };

struct fake_elf {
	char *bytes;
	size_t count;
};

static uint64_t fake_elf_add(struct fake_elf *elf, const void *bytes, size_t count)
{
	uint64_t offset = (elf->count + 7) & ~(size_t)7;

	memcpy(elf->bytes + offset, bytes, count);
	elf->count = offset + count;
	return offset;
}

/* .text is [0x1000, 0x9000), .text.cold [0x9000, 0xa000), .data [0xa000, 0xb000). table: SHT_SYMTAB or SHT_DYNSYM. */
static struct fake_elf fake_elf_new(const struct fake_symbol *symbols, size_t count, unsigned table,
				    uint8_t build_id_byte)
{
	static const uint64_t begins[] = {0, 0x1000, 0x9000, 0xa000, 0xb000};
	struct fake_elf elf = {.bytes = calloc(1, FAKE_IMAGE_LIMIT), .count = sizeof(Elf64_Ehdr)};
	Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			     .e_type = ET_DYN,
			     .e_machine = EM_X86_64,
			     .e_shentsize = sizeof(Elf64_Shdr),
			     .e_shnum = FAKE_SECTIONS};
	struct {
		Elf64_Nhdr header;
		char name[4];
		uint8_t id[FAKE_BUILD_ID_BYTES];
	} note = {.header = {.n_namesz = 4, .n_descsz = FAKE_BUILD_ID_BYTES, .n_type = NT_GNU_BUILD_ID}, .name = "GNU"};
	Elf64_Shdr sections[FAKE_SECTIONS] = {0};
	Elf64_Sym *entries = calloc(count + 1, sizeof(*entries));
	char *names = calloc(1, FAKE_IMAGE_LIMIT / 2);
	size_t name_bytes = 1;

	for (size_t i = 0; i < count; i++) {
		entries[i + 1] = (Elf64_Sym){.st_name = name_bytes,
					     .st_info = ELF64_ST_INFO(symbols[i].binding, symbols[i].type),
					     .st_shndx = symbols[i].section,
					     .st_value = symbols[i].value,
					     .st_size = symbols[i].bytes};
		strcpy(names + name_bytes, symbols[i].name);
		name_bytes += strlen(symbols[i].name) + 1;
	}
	memset(note.id, build_id_byte, sizeof(note.id));
	for (unsigned i = FAKE_TEXT; i <= FAKE_DATA; i++)
		sections[i] = (Elf64_Shdr){.sh_type = SHT_NOBITS,
					   .sh_flags = SHF_ALLOC | (i == FAKE_DATA ? SHF_WRITE : SHF_EXECINSTR),
					   .sh_addr = begins[i],
					   .sh_size = begins[i + 1] - begins[i]};
	sections[FAKE_NOTE] = (Elf64_Shdr){.sh_type = SHT_NOTE, .sh_size = sizeof(note)};
	sections[FAKE_NOTE].sh_offset = fake_elf_add(&elf, &note, sizeof(note));
	sections[FAKE_SYMTAB] = (Elf64_Shdr){.sh_type = table, .sh_size = (count + 1) * sizeof(*entries)};
	sections[FAKE_SYMTAB].sh_link = FAKE_STRTAB;
	sections[FAKE_SYMTAB].sh_offset = fake_elf_add(&elf, entries, (count + 1) * sizeof(*entries));
	sections[FAKE_STRTAB] = (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_size = name_bytes};
	sections[FAKE_STRTAB].sh_offset = fake_elf_add(&elf, names, name_bytes);
	header.e_shoff = fake_elf_add(&elf, sections, sizeof(sections));
	memcpy(elf.bytes, &header, sizeof(header));
	free(entries);
	free(names);
	return elf;
}

__attribute__((unused)) static void fake_elf_write(const struct fake_elf *elf, const char *path)
{
	int descriptor = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);

	if (write(descriptor, elf->bytes, elf->count) != (ssize_t)elf->count)
		abort();
	close(descriptor);
}

#endif
