/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/auxv.h>

#include "frame.h"
#include "losses.h"
#include "object.h"

#include "modules.h"

enum {
	MODULES_PAGE_BYTES = 4096,
	MODULES_PATH_LIMIT = 4096, /* bytes; longer ones are cut */
};

static struct {
	struct modules *modules;
	const char *program_path;
	uint64_t vdso; /* where the kernel mapped it; 0: nowhere */
} modules;

/* What an entry will say, before it has one. */
struct module_facts {
	uint64_t start;
	uint64_t limit;
	uint64_t file_offset;
	uint64_t load_bias;
	const char *path;
	uint32_t path_bytes;
	const uint8_t *build_id;
	uint32_t build_id_bytes;
};

void modules_init(struct modules *table, const char *program_path)
{
	modules.modules = table;
	modules.program_path = program_path;
	modules.vdso = getauxval(AT_SYSINFO_EHDR);
}

static const char *modules_path(const struct object *object)
{
	if (object->low_address == modules.vdso)
		return "[vdso]";
	return object->name && *object->name ? object->name : modules.program_path;
}

static bool modules_learn_facts(uint64_t address, struct module_facts *out_facts)
{
	const uint64_t page_mask = -(uint64_t)MODULES_PAGE_BYTES;
	const Elf64_Phdr *segment;
	struct module_facts facts;
	struct object object;

	if (!object_find(address, &object))
		return false;
	segment = object_segment(&object, address, 1, PF_X);
	if (!segment)
		return false;
	facts.load_bias = object.load_bias;
	facts.start = (segment->p_vaddr + object.load_bias) & page_mask;
	facts.limit = (segment->p_vaddr + object.load_bias + segment->p_memsz + MODULES_PAGE_BYTES - 1) & page_mask;
	facts.file_offset = segment->p_offset & page_mask;
	facts.path = modules_path(&object);
	facts.path_bytes = strnlen(facts.path, MODULES_PATH_LIMIT);
	facts.build_id = object_build_id(&object, &facts.build_id_bytes);
	if (facts.build_id_bytes > MODULES_BUILD_ID_BYTES)
		facts.build_id_bytes = MODULES_BUILD_ID_BYTES;
	*out_facts = facts;
	return true;
}

/* Room for a path in the strings; false if there is none. What is used never shrinks: bytes that were given back might by then
 * lie below those that another thread got. */
static bool modules_claim_path(uint32_t bytes, uint32_t *out_offset)
{
	_Atomic uint32_t *used = &modules.modules->string_bytes;
	uint32_t offset = atomic_load_explicit(used, memory_order_relaxed);

	do {
		if (bytes > MODULES_STRING_BYTES - offset)
			return false;
		/* Relaxed: the bytes are published by the entry's `ready`. */
	} while (!atomic_compare_exchange_weak_explicit(used, &offset, offset + bytes, memory_order_relaxed,
							memory_order_relaxed));
	*out_offset = offset;
	return true;
}

/* Copies the path into the strings; without a path if they are full. */
static void modules_write_path(struct module *entry, const struct module_facts *facts)
{
	uint32_t offset;

	if (!modules_claim_path(facts->path_bytes, &offset)) {
		losses_add(LOSS_PATHS_FULL);
		return;
	}
	memcpy(modules.modules->strings + offset, facts->path, facts->path_bytes);
	entry->path_offset = offset;
	entry->path_bytes = facts->path_bytes;
}

static void modules_write_entry(struct module *entry, const struct module_facts *facts)
{
	entry->limit = facts->limit;
	entry->file_offset = facts->file_offset;
	entry->load_bias = facts->load_bias;
	entry->build_id_bytes = facts->build_id_bytes;
	if (facts->build_id)
		memcpy(entry->build_id, facts->build_id, facts->build_id_bytes);
	modules_write_path(entry, facts);
	/* Partner: the acquire loads of whoever reads an entry. */
	atomic_store_explicit(&entry->ready, 1, memory_order_release);
}

/* Is this entry about what lies there? One that is being written counts as such: another thread sees the same code. */
static bool modules_is_same(const struct module *entry, const struct module_facts *facts)
{
	if (!atomic_load_explicit(&entry->ready, memory_order_acquire)) /* partner: modules_write_entry */
		return true;
	return entry->limit == facts->limit && entry->file_offset == facts->file_offset &&
	       entry->load_bias == facts->load_bias && entry->build_id_bytes == facts->build_id_bytes &&
	       (!entry->build_id_bytes || !memcmp(entry->build_id, facts->build_id, facts->build_id_bytes)) &&
	       (!entry->path_bytes ||
		(entry->path_bytes == facts->path_bytes &&
		 !memcmp(modules.modules->strings + entry->path_offset, facts->path, facts->path_bytes)));
}

/* Does the entry at `start` serve? Retires one whose object was unloaded while nobody looked. */
static bool modules_matches(struct module *entry, uint64_t start, const struct module_facts *facts)
{
	if (start != facts->start || atomic_load_explicit(&entry->retired, memory_order_relaxed))
		return false;
	if (modules_is_same(entry, facts))
		return true;
	atomic_store_explicit(&entry->retired, 1, memory_order_relaxed);
	return false;
}

uint32_t modules_find(uint64_t address)
{
	struct module_facts facts;

	if (!modules.modules || !modules_learn_facts(address, &facts))
		return FRAME_MODULE_UNKNOWN;
	for (uint32_t number = FRAME_MODULE_UNKNOWN + 1; number < MODULES_LIMIT; number++) {
		struct module *entry = &modules.modules->entries[number];
		uint64_t start = atomic_load_explicit(&entry->start, memory_order_relaxed);

		/* Relaxed: claims the entry and publishes nothing; `ready` does. On failure `start` is the other's. */
		if (!start && atomic_compare_exchange_strong_explicit(&entry->start, &start, facts.start,
								      memory_order_relaxed, memory_order_relaxed)) {
			modules_write_entry(entry, &facts);
			return number;
		}
		if (modules_matches(entry, start, &facts))
			return number;
	}
	losses_add(LOSS_MODULES_FULL);
	return FRAME_MODULE_UNKNOWN;
}

static bool modules_learn_data(uint64_t address, struct object *out_object)
{
	return object_find(address, out_object) && object_segment(out_object, address, 1, PF_W);
}

bool modules_has_data(uint64_t address)
{
	struct object object;

	return modules_learn_data(address, &object);
}

uint32_t modules_find_data(uint64_t address)
{
	struct object object;

	if (!modules_learn_data(address, &object))
		return FRAME_MODULE_UNKNOWN;
	for (unsigned i = 0; i < object.segment_count; i++)
		if (object.segments[i].p_type == PT_LOAD && (object.segments[i].p_flags & PF_X))
			return modules_find(object.load_bias + object.segments[i].p_vaddr);
	return FRAME_MODULE_UNKNOWN;
}

bool modules_is_retired(uint32_t number)
{
	return atomic_load_explicit(&modules.modules->entries[number].retired, memory_order_relaxed) != 0;
}

void modules_forget_unloaded(void)
{
	object_forget_unloaded();
	if (!modules.modules)
		return;
	for (uint32_t number = FRAME_MODULE_UNKNOWN + 1; number < MODULES_LIMIT; number++) {
		struct module *entry = &modules.modules->entries[number];
		uint64_t start = atomic_load_explicit(&entry->start, memory_order_relaxed);

		if (!start)
			return;
		if (atomic_load_explicit(&entry->ready, memory_order_acquire) && /* partner: modules_write_entry */
		    !object_is_loaded(start, entry->limit))
			atomic_store_explicit(&entry->retired, 1, memory_order_relaxed);
	}
}
