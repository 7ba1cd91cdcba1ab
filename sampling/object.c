/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "object_table.h"

#include "object.h"

static object_finder *object_finds;

enum {
	OBJECT_PAGE_BYTES = 4096,
	OBJECT_HEADER_BYTES = 4096, /* what is surely mapped where the object begins */
	OBJECT_NOTE_ALIGN = 4,
};

/* Is there an ELF image whose program headers can be read without leaving its first page? */
static bool object_has_headers(const Elf64_Ehdr *header, uint64_t mapped_bytes)
{
	if (mapped_bytes < OBJECT_HEADER_BYTES)
		return false;
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) || header->e_ident[EI_CLASS] != ELFCLASS64)
		return false;
	return header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phoff % _Alignof(Elf64_Phdr) == 0 &&
	       header->e_phoff <= OBJECT_HEADER_BYTES &&
	       header->e_phnum <= (OBJECT_HEADER_BYTES - header->e_phoff) / sizeof(Elf64_Phdr);
}

static bool object_take_headers(struct object *object, const Elf64_Ehdr *header, uint64_t mapped_bytes)
{
	if (!object_has_headers(header, mapped_bytes))
		return false;
	object->segments = (const Elf64_Phdr *)((uint64_t)header + header->e_phoff);
	object->segment_count = header->e_phnum;
	return true;
}

/* Of an object with holes between its segments the loader names the one that holds the address. Its headers are then in
 * another one: the main program's where the kernel says, a library's where its addresses begin. */
static bool object_find_headers(struct object *object, const struct link_map *map)
{
	bool is_main = !map->l_prev && !*map->l_name;
	struct dl_find_object first;

	if (object_take_headers(object, (const Elf64_Ehdr *)object->low_address,
				object->high_address - object->low_address))
		return true;
	if (is_main && getauxval(AT_PHENT) == sizeof(Elf64_Phdr)) {
		object->segments = (const Elf64_Phdr *)getauxval(AT_PHDR);
		object->segment_count = getauxval(AT_PHNUM);
		return object->segments != NULL;
	}
	return map->l_addr && !object_finds((void *)map->l_addr, &first) && first.dlfo_link_map == map &&
	       object_take_headers(object, (const Elf64_Ehdr *)map->l_addr,
				   (uint64_t)first.dlfo_map_end - (uint64_t)map->l_addr);
}

void object_init(object_finder *find)
{
	object_finds = find;
	if (!find)
		object_table_init();
}

bool object_find(uint64_t address, struct object *out_object)
{
	struct dl_find_object found;
	struct object object;

	if (!object_finds)
		return object_table_find(address, out_object);
	if (object_finds((void *)address, &found))
		return false;
	object = (struct object){
		.low_address = (uint64_t)found.dlfo_map_start,
		.high_address = (uint64_t)found.dlfo_map_end,
		.load_bias = found.dlfo_link_map->l_addr,
		.unwind_header = (uint64_t)found.dlfo_eh_frame,
		.name = found.dlfo_link_map->l_name,
	};
	if (!object_find_headers(&object, found.dlfo_link_map))
		return false;
	*out_object = object;
	return true;
}

bool object_is_loaded(uint64_t start, uint64_t limit)
{
	struct dl_find_object found;
	struct object object;
	uint64_t high;

	if (!object_finds)
		return object_table_find(start, &object);
	if (object_finds((void *)start, &found))
		return false;
	high = ((uint64_t)found.dlfo_map_end + OBJECT_PAGE_BYTES - 1) & -(uint64_t)OBJECT_PAGE_BYTES;
	return (uint64_t)found.dlfo_map_start <= start && limit <= high;
}

void object_forget_unloaded(void)
{
	if (!object_finds)
		object_table_forget_unloaded();
}

const Elf64_Phdr *object_segment(const struct object *object, uint64_t address, uint64_t bytes, uint32_t flags)
{
	for (unsigned i = 0; i < object->segment_count; i++) {
		const Elf64_Phdr *segment = &object->segments[i];
		uint64_t offset = address - (object->load_bias + segment->p_vaddr);

		if (segment->p_type == PT_LOAD && (segment->p_flags & flags) == flags && offset < segment->p_memsz &&
		    bytes <= segment->p_memsz - offset)
			return segment;
	}
	return NULL;
}

/* .eh_frame_hdr: four bytes that say how the rest is encoded, and the rest as every linker encodes it. */
struct object_unwind_header {
	uint8_t version;
	uint8_t frame_encoding;
	uint8_t count_encoding;
	uint8_t table_encoding;
	int32_t frame;
	uint32_t count;
	int32_t table[][2];
};

enum {
	OBJECT_UNWIND_VERSION = 1,
	OBJECT_UNWIND_PCREL_SDATA4 = 0x1b,
	OBJECT_UNWIND_UDATA4 = 0x03,
	OBJECT_UNWIND_DATAREL_SDATA4 = 0x3b,
};

bool object_find_unwind_index(const struct object *object, struct object_unwind_index *out_index)
{
	const struct object_unwind_header *header = (const struct object_unwind_header *)object->unwind_header;

	if (!header || object->unwind_header % _Alignof(struct object_unwind_header) ||
	    !object_segment(object, object->unwind_header, sizeof(*header), PF_R))
		return false;
	if (header->version != OBJECT_UNWIND_VERSION || header->frame_encoding != OBJECT_UNWIND_PCREL_SDATA4 ||
	    header->count_encoding != OBJECT_UNWIND_UDATA4 || header->table_encoding != OBJECT_UNWIND_DATAREL_SDATA4)
		return false;
	*out_index = (struct object_unwind_index){
		.base = object->unwind_header,
		.entries = (uint64_t)header->table,
		.bytes = header->count * sizeof(header->table[0]),
	};
	return true;
}

static uint64_t object_note_round(uint64_t bytes)
{
	return (bytes + OBJECT_NOTE_ALIGN - 1) & -(uint64_t)OBJECT_NOTE_ALIGN;
}

/* The build id among so many bytes of notes, which are readable. */
static const uint8_t *object_build_id_in(const uint8_t *note, uint64_t notes_bytes, uint32_t *out_bytes)
{
	const uint8_t *end = note + notes_bytes;

	while ((uint64_t)(end - note) > sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *header = (const Elf64_Nhdr *)note;
		const uint8_t *name = note + sizeof(*header);
		uint64_t name_bytes = object_note_round(header->n_namesz);
		uint64_t bytes = name_bytes + object_note_round(header->n_descsz);

		if (bytes > (uint64_t)(end - name))
			break;
		if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == sizeof(ELF_NOTE_GNU) &&
		    !memcmp(name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU))) {
			*out_bytes = header->n_descsz;
			return name + name_bytes;
		}
		note = name + bytes;
	}
	return NULL;
}

const uint8_t *object_build_id(const struct object *object, uint32_t *out_bytes)
{
	*out_bytes = 0;
	for (unsigned i = 0; i < object->segment_count; i++) {
		const Elf64_Phdr *segment = &object->segments[i];
		uint64_t start = object->load_bias + segment->p_vaddr;
		const uint8_t *found;

		/* Notes aligned to 8 are of another kind (properties). */
		if (segment->p_type != PT_NOTE || segment->p_align > OBJECT_NOTE_ALIGN || start % OBJECT_NOTE_ALIGN ||
		    !object_segment(object, start, segment->p_memsz, PF_R))
			continue;
		found = object_build_id_in((const uint8_t *)start, segment->p_memsz, out_bytes);
		if (found)
			return found;
	}
	return NULL;
}
