/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/mman.h>

#include "process_object.h"

#define PAGE_MASK        (~UINT64_C(0xfff))
#define SPAN_LIMIT_BYTES (UINT64_C(1) << 32)

enum {
	NOTES_LIMIT_BYTES = 1 << 16,
	UNWIND_LIMIT_BYTES = 1 << 27, /* the largest programs have a quarter of it */
	HEADER_BYTES = 4096,
};

static bool has_headers(const Elf64_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum <= PROCESS_OBJECT_HEADERS &&
	       header->e_phoff <= HEADER_BYTES - header->e_phnum * sizeof(Elf64_Phdr);
}

/* The segments must ascend, as the loader wants them to: the first one has the headers, the last one tells the end. */
static bool find_place(struct process_object *object)
{
	uint64_t first = 0, limit = 0;
	bool has_first = false;

	for (unsigned i = 0; i < object->header_count; i++) {
		const Elf64_Phdr *segment = &object->headers[i];

		if (segment->p_type != PT_LOAD)
			continue;
		if (!has_first && (segment->p_offset & PAGE_MASK) != 0)
			return false;
		if (!has_first)
			first = segment->p_vaddr & PAGE_MASK;
		has_first = true;
		if (segment->p_vaddr < first || segment->p_vaddr - first >= SPAN_LIMIT_BYTES ||
		    segment->p_memsz >= SPAN_LIMIT_BYTES)
			return false;
		if (segment->p_vaddr + segment->p_memsz > limit)
			limit = segment->p_vaddr + segment->p_memsz;
	}
	object->load_bias = object->start - first;
	object->limit = object->load_bias + limit;
	return has_first && object->limit > object->start;
}

bool process_object_read(const struct process_memory *memory, uint64_t start, struct process_object *out_object)
{
	struct process_object object = {.start = start};
	union {
		Elf64_Ehdr header;
		uint8_t bytes[HEADER_BYTES];
	} page;

	if (process_memory_read(memory, start, page.bytes, sizeof(page)) || !has_headers(&page.header))
		return false;
	object.header_count = page.header.e_phnum;
	memcpy(object.headers, page.bytes + page.header.e_phoff, object.header_count * sizeof(*object.headers));
	if (!find_place(&object))
		return false;
	*out_object = object;
	return true;
}

/* Copies [start, limit) of the process, as far as it lies in the object. */
static void fill(const struct process_memory *memory, struct process_object *object, uint64_t start, uint64_t limit)
{
	if (start >= object->start && limit > start && limit <= object->limit)
		process_memory_read(memory, start, (char *)object->bytes + (start - object->start), limit - start);
}

static void fill_notes(const struct process_memory *memory, struct process_object *object)
{
	for (unsigned i = 0; i < object->header_count; i++) {
		const Elf64_Phdr *notes = &object->headers[i];

		if (notes->p_type == PT_NOTE && notes->p_memsz <= NOTES_LIMIT_BYTES)
			fill(memory, object, object->load_bias + notes->p_vaddr,
			     object->load_bias + notes->p_vaddr + notes->p_memsz);
	}
}

/* The search table lies before or behind what it leads to, both towards the end of a segment. */
static uint64_t unwind_begin(const struct process_memory *memory, uint64_t table, uint64_t segment_start)
{
	struct {
		uint8_t encodings[4];
		int32_t frames; /* from here on */
	} head;
	uint64_t frames;

	if (process_memory_read(memory, table, &head, sizeof(head)))
		return table;
	frames = table + 4 + (uint64_t)(int64_t)head.frames;
	return frames >= segment_start && frames < table ? frames : table;
}

static void fill_unwind_tables(const struct process_memory *memory, struct process_object *object)
{
	const uint64_t shift = object->copy.load_bias - object->load_bias;

	for (unsigned i = 0; i < object->header_count; i++) {
		uint64_t table = object->load_bias + object->headers[i].p_vaddr, start, limit;
		const Elf64_Phdr *segment = object_segment(&object->copy, table + shift, 1, PF_R);

		if (object->headers[i].p_type != PT_GNU_EH_FRAME || !segment)
			continue;
		object->copy.unwind_header = table + shift;
		start = unwind_begin(memory, table, object->load_bias + segment->p_vaddr);
		limit = object->load_bias + segment->p_vaddr + segment->p_filesz;
		fill(memory, object, start, limit - start < UNWIND_LIMIT_BYTES ? limit : start + UNWIND_LIMIT_BYTES);
		return;
	}
}

static void keep_build_id(struct process_object *object)
{
	uint32_t bytes;
	const uint8_t *build_id = object_build_id(&object->copy, &bytes);

	object->build_id_bytes = bytes < sizeof(object->build_id) ? bytes : sizeof(object->build_id);
	if (build_id)
		memcpy(object->build_id, build_id, object->build_id_bytes);
}

void process_object_open(const struct process_memory *memory, struct process_object *object)
{
	uint64_t bytes = object->limit - object->start;
	void *copy;

	if (object->is_open)
		return;
	object->is_open = true;
	copy = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (copy == MAP_FAILED)
		return;
	object->bytes = copy;
	object->copy = (struct object){
		.low_address = (uint64_t)copy,
		.high_address = (uint64_t)copy + bytes,
		.load_bias = (uint64_t)copy - object->start + object->load_bias,
		.segments = object->headers,
		.segment_count = object->header_count,
	};
	fill_notes(memory, object);
	fill_unwind_tables(memory, object);
	keep_build_id(object);
}

void process_object_close(struct process_object *object)
{
	if (object->bytes)
		munmap(object->bytes, object->limit - object->start);
}
