/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>

#include "object_table.h"

enum { OBJECT_TABLE_PAGE_BYTES = 4096 };

struct object_table_entry {
	struct object object;
	_Atomic bool is_gone;
};

static struct {
	struct object_table_entry entries[OBJECT_TABLE_LIMIT];
	unsigned count;
} object_table;

static void object_table_include(struct object *object, const Elf64_Phdr *segment)
{
	const uint64_t page_mask = -(uint64_t)OBJECT_TABLE_PAGE_BYTES;
	uint64_t low = (object->load_bias + segment->p_vaddr) & page_mask;
	uint64_t high = object->load_bias + segment->p_vaddr + segment->p_memsz;

	high = (high + OBJECT_TABLE_PAGE_BYTES - 1) & page_mask;
	if (low < object->low_address)
		object->low_address = low;
	if (high > object->high_address)
		object->high_address = high;
}

static int object_table_add(struct dl_phdr_info *info, size_t info_bytes, void *unused)
{
	struct object object = {
		.low_address = UINT64_MAX,
		.load_bias = info->dlpi_addr,
		.segments = info->dlpi_phdr,
		.segment_count = info->dlpi_phnum,
		.name = info->dlpi_name,
	};

	(void)info_bytes, (void)unused;
	if (object_table.count == OBJECT_TABLE_LIMIT)
		return 1;
	for (unsigned i = 0; i < object.segment_count; i++) {
		if (object.segments[i].p_type == PT_LOAD)
			object_table_include(&object, &object.segments[i]);
		else if (object.segments[i].p_type == PT_GNU_EH_FRAME)
			object.unwind_header = object.load_bias + object.segments[i].p_vaddr;
	}
	object_table.entries[object_table.count++].object = object;
	return 0;
}

void object_table_init(void)
{
	if (object_table.count == 0)
		dl_iterate_phdr(object_table_add, NULL);
}

/* One that is gone is not to be looked into. */
static bool object_table_holds(const struct object_table_entry *entry, uint64_t address)
{
	const struct object *object = &entry->object;

	return !atomic_load_explicit(&entry->is_gone, memory_order_relaxed) && address >= object->low_address &&
	       address < object->high_address && object_segment(object, address, 1, 0);
}

bool object_table_find(uint64_t address, struct object *out_object)
{
	for (unsigned i = 0; i < object_table.count; i++) {
		const struct object_table_entry *entry = &object_table.entries[i];

		if (!object_table_holds(entry, address))
			continue;
		*out_object = entry->object;
		return true;
	}
	return false;
}

static int object_table_is_same(struct dl_phdr_info *info, size_t info_bytes, void *object)
{
	const struct object *wanted = object;

	(void)info_bytes;
	return info->dlpi_addr == wanted->load_bias && info->dlpi_phdr == wanted->segments;
}

void object_table_forget_unloaded(void)
{
	for (unsigned i = 0; i < object_table.count; i++) {
		struct object_table_entry *entry = &object_table.entries[i];

		/* Relaxed: whoever runs code that was loaded in its place is ordered after this by the loader. */
		if (!dl_iterate_phdr(object_table_is_same, &entry->object))
			atomic_store_explicit(&entry->is_gone, true, memory_order_relaxed);
	}
}
