/* SPDX-License-Identifier: MIT */
/* Goal: whatever is in an object's file, or in its debug file, all addresses have a name afterwards, if only object+0xaddress.
 *
 * An input is the file: a region's modules may have any names. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame.h"
#include "fuzz.h"
#include "heap.h"
#include "symbols.h"
#include "unit/fake_elf.h"

enum { ADDRESSES = 48, SPACING_BYTES = 0x280, BUILD_ID_BYTE = 7, NAME_LIMIT_BYTES = 16 * 1024, SYMBOLS_PICKED = 8 };

#define LAST_ADDRESS (FRAME_ADDRESS_MASK - 1)

static const struct fake_symbol symbols_of_seed[] = {
	{"pthread_mutex_lock@@GLIBC_2.2.5", 0x1000, 0x100, STT_FUNC, STB_GLOBAL, FAKE_TEXT},
	{"__pthread_mutex_lock", 0x1000, 0x100, STT_FUNC, STB_WEAK, FAKE_TEXT},
	{"local", 0x1100, 0x1000, STT_FUNC, STB_LOCAL, FAKE_TEXT},
	{"inner", 0x1180, 0x100, STT_GNU_IFUNC, STB_GLOBAL, FAKE_TEXT},
	{"unsized", 0x4000, 0, STT_NOTYPE, STB_GLOBAL, FAKE_TEXT},
	{"cold", 0x9100, 0x10, STT_FUNC, STB_GLOBAL, FAKE_COLD},
	{"variable", 0xa000, 8, STT_OBJECT, STB_GLOBAL, FAKE_DATA},
};

static struct fake_elf seed_file;
static char root[256], object_path[256], debug_path[256];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const directories[] = {"root",
						  "root/usr",
						  "root/usr/lib",
						  "root/usr/lib/debug",
						  "root/usr/lib/debug/.build-id",
						  "root/usr/lib/debug/.build-id/07"};

	(void)argc, (void)argv;
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (mkdir(fuzz_path(directories[i]), 0700))
			abort();
	strcpy(root, fuzz_path("root"));
	strcpy(object_path, fuzz_path("root/object.so"));
	strcpy(debug_path, fuzz_path("root/usr/lib/debug/.build-id/07/"));
	for (int i = 1; i < FAKE_BUILD_ID_BYTES; i++)
		strcat(debug_path, "07");
	strcat(debug_path, ".debug");
	seed_file = fake_elf_new(symbols_of_seed, sizeof(symbols_of_seed) / sizeof(symbols_of_seed[0]), SHT_SYMTAB,
				 BUILD_ID_BYTE);
	return 0;
}

static void make_frames(uint64_t *out_frames)
{
	out_frames[0] = frame_make(1, 0);
	out_frames[1] = frame_make(1, LAST_ADDRESS);
	for (unsigned i = 2; i < ADDRESSES; i++)
		out_frames[i] = frame_make(1, 0xf80 + i * SPACING_BYTES);
}

/* Names all addresses of an object of that path and build id (0: none). */
static void resolve(const char *path, size_t build_id_bytes)
{
	static uint8_t build_id[FAKE_BUILD_ID_BYTES];
	uint64_t frames[ADDRESSES];
	struct snapshot_module modules[2] = {[1] = {.limit = FRAME_ADDRESS_MASK,
						    .path = path,
						    .build_id = build_id,
						    .build_id_bytes = build_id_bytes}};
	struct snapshot_sample sample = {.frames = frames, .depth = ADDRESSES};
	struct snapshot snapshot = {.samples = &sample, .sample_count = 1, .modules = modules, .module_count = 2};
	struct symbols *symbols;

	memset(build_id, BUILD_ID_BYTE, sizeof(build_id));
	make_frames(frames);
	fuzz_require(symbols_resolve(&snapshot, root, &symbols) == 0);
	for (unsigned i = 0; i < ADDRESSES; i++)
		fuzz_require(strlen(symbols_name(symbols, symbols_number(symbols, frames[i]))) < NAME_LIMIT_BYTES);
	symbols_free(symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_write_file(object_path, data, size);
	fuzz_write_file(debug_path, data, size);
	resolve("/object.so", 0);
	resolve("/object.so", FAKE_BUILD_ID_BYTES);
	resolve("/none.so", FAKE_BUILD_ID_BYTES);
	fuzz_require(heap_used_bytes() == 0);
	return 0;
}

struct word {
	size_t offset, bytes;
};

#define WORD(type, field)                                                                                              \
	{                                                                                                              \
		offsetof(type, field), sizeof(((type *)0)->field)                                                      \
	}

static struct word pick_word(struct random *random, const struct word *words, size_t count, size_t base)
{
	struct word word = words[random_below(random, count)];

	word.offset += base;
	return word;
}

#define PICK_WORD(random, words, base) pick_word(random, words, sizeof(words) / sizeof((words)[0]), base)

static struct word pick_header_word(struct random *random)
{
	static const struct word words[] = {
		WORD(Elf64_Ehdr, e_shoff),    WORD(Elf64_Ehdr, e_shnum), WORD(Elf64_Ehdr, e_shentsize),
		WORD(Elf64_Ehdr, e_phoff),    WORD(Elf64_Ehdr, e_phnum), WORD(Elf64_Ehdr, e_phentsize),
		WORD(Elf64_Ehdr, e_ident[4]),
	};

	return PICK_WORD(random, words, 0);
}

static struct word pick_section_word(struct random *random, uint64_t sections)
{
	static const struct word words[] = {
		WORD(Elf64_Shdr, sh_type),   WORD(Elf64_Shdr, sh_flags), WORD(Elf64_Shdr, sh_addr),
		WORD(Elf64_Shdr, sh_offset), WORD(Elf64_Shdr, sh_size),  WORD(Elf64_Shdr, sh_link),
	};

	return PICK_WORD(random, words, sections + random_below(random, FAKE_SECTIONS) * sizeof(Elf64_Shdr));
}

static struct word pick_symbol_word(struct random *random, uint64_t symbols)
{
	static const struct word words[] = {
		WORD(Elf64_Sym, st_name),  WORD(Elf64_Sym, st_info), WORD(Elf64_Sym, st_shndx),
		WORD(Elf64_Sym, st_value), WORD(Elf64_Sym, st_size),
	};

	return PICK_WORD(random, words, symbols + random_below(random, SYMBOLS_PICKED) * sizeof(Elf64_Sym));
}

static struct word pick_note_word(struct random *random, uint64_t note)
{
	static const struct word words[] = {WORD(Elf64_Nhdr, n_namesz), WORD(Elf64_Nhdr, n_descsz),
					    WORD(Elf64_Nhdr, n_type)};

	return PICK_WORD(random, words, note);
}

/* Where things are in the file that everything descends from; most of its descendants have them there, too. */
static struct word pick(struct random *random)
{
	uint64_t table = ((Elf64_Ehdr *)seed_file.bytes)->e_shoff;
	const Elf64_Shdr *sections = (const Elf64_Shdr *)(seed_file.bytes + table);

	switch (random_below(random, 8)) {
	case 0:
		return pick_header_word(random);
	case 1:
		return pick_note_word(random, sections[FAKE_NOTE].sh_offset);
	case 2:
	case 3:
	case 4:
		return pick_section_word(random, table);
	default:
		return pick_symbol_word(random, sections[FAKE_SYMTAB].sh_offset);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct random random;
	struct word word;
	uint64_t value = 0;

	random_seed(&random, seed, size);
	if (size < sizeof(Elf64_Ehdr) && seed_file.count <= max_size) {
		memcpy(data, seed_file.bytes, seed_file.count);
		return seed_file.count;
	}
	word = pick(&random);
	if (random_below(&random, 8) == 0 || word.offset + word.bytes > size)
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(&value, data + word.offset, word.bytes);
	value = fuzz_number(&random, value, size);
	memcpy(data + word.offset, &value, word.bytes);
	return size;
}
