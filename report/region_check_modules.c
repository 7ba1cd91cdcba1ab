/* SPDX-License-Identifier: MIT */
/* The tables about code: modules, and the frame rules that refer to them. */
#include "frame.h"
#include "processor.h"
#include "region_check_parts.h"

enum { PAGE_BYTES = 4096 };

/* Entries that two threads wrote at the same moment: that they fit no key is how the table wants it. More than so many, and
 * more than a part of all, are no accident. */
enum { TORN_RULES = 16, TORN_RULES_PART = 16 };

static uint64_t module_start(const struct module *module)
{
	return atomic_load_explicit(&module->start, memory_order_relaxed);
}

static bool module_is_ready(const struct module *module)
{
	return atomic_load_explicit(&module->ready, memory_order_relaxed) != 0;
}

/* Can its words be held against each other? Not those of two pages that were read one after the other. */
static bool module_is_of_one_instant(const struct region_check *check, const struct module *module)
{
	uint64_t first = (uint64_t)(uintptr_t)module, last = (uint64_t)(uintptr_t)(module + 1) - 1;

	return region_check_is_still(check) || first / PAGE_BYTES == last / PAGE_BYTES;
}

static bool module_is_retired(const struct module *module)
{
	return atomic_load_explicit(&module->retired, memory_order_relaxed) != 0;
}

static void check_module(struct region_check *check, uint32_t number)
{
	const struct modules *modules = &check->region->modules;
	const struct module *module = &modules->entries[number];
	uint64_t start = module_start(module);
	uint64_t strings = MODULES_STRING_BYTES;

	if (region_check_is_still(check) &&
	    atomic_load_explicit(&modules->string_bytes, memory_order_relaxed) < strings)
		strings = atomic_load_explicit(&modules->string_bytes, memory_order_relaxed);
	region_check_that(check, start < module->limit && module->limit <= FRAME_ADDRESS_MASK,
			  "module %u: ends before it begins", number);
	region_check_that(check, (start | module->limit | module->file_offset) % PAGE_BYTES == 0,
			  "module %u: not made of pages", number);
	region_check_that(check, (uint64_t)module->path_offset + module->path_bytes <= strings,
			  "module %u: its path lies beyond what is used of the paths", number);
	region_check_that(check, module->build_id_bytes <= MODULES_BUILD_ID_BYTES, "module %u: a build id of %u bytes",
			  number, module->build_id_bytes);
	region_check_that(check,
			  atomic_load_explicit(&module->ready, memory_order_relaxed) <= 1 &&
				  atomic_load_explicit(&module->retired, memory_order_relaxed) <= 1,
			  "module %u: its flags are neither yes nor no", number);
}

static bool paths_overlap(const struct module *one, const struct module *other)
{
	return one->path_bytes && other->path_bytes &&
	       one->path_offset < (uint64_t)other->path_offset + other->path_bytes &&
	       other->path_offset < (uint64_t)one->path_offset + one->path_bytes;
}

/* Of entries of one start all but the last are retired before it is entered. Entries of different starts may overlap: an
 * object that was unloaded behind our back stays until somebody looks. */
static void check_against_earlier(struct region_check *check, uint32_t number)
{
	const struct module *entries = check->region->modules.entries;

	for (uint32_t earlier = 1; earlier < number; earlier++) {
		if (!module_is_ready(&entries[earlier]))
			continue;
		region_check_that(check,
				  module_start(&entries[earlier]) != module_start(&entries[number]) ||
					  module_is_retired(&entries[earlier]),
				  "module %u: begins where module %u does, which is not retired", number, earlier);
		region_check_that(check, !paths_overlap(&entries[earlier], &entries[number]),
				  "module %u: its path lies in that of module %u", number, earlier);
	}
}

static bool is_zero(const void *memory, size_t bytes)
{
	const unsigned char *cursor = memory;

	while (bytes > 0 && !*cursor)
		cursor++, bytes--;
	return bytes == 0;
}

/* Entries are taken one after the other, and never given back. */
static void check_taken(struct region_check *check, uint32_t number, uint32_t first_free)
{
	bool is_ready = module_is_ready(&check->region->modules.entries[number]);

	region_check_that(check, !first_free || !region_check_is_still(check), "module %u: taken before module %u was",
			  number, first_free);
	region_check_that(check, is_ready || !region_check_is_at_rest(check), "module %u: begun, never finished",
			  number);
	if (!is_ready)
		return;
	check->summary.modules++;
	check_module(check, number);
	if (region_check_is_still(check))
		check_against_earlier(check, number);
}

void region_check_modules(struct region_check *check)
{
	const struct modules *modules = &check->region->modules;
	uint32_t first_free = 0;

	region_check_that(check, is_zero(&modules->entries[0], sizeof(modules->entries[0])),
			  "module 0: not empty, although no code has that number");
	region_check_that(check,
			  atomic_load_explicit(&modules->string_bytes, memory_order_relaxed) <= MODULES_STRING_BYTES,
			  "modules: more bytes of paths than there is room for");
	for (uint32_t number = 1; number < MODULES_LIMIT; number++) {
		const struct module *module = &modules->entries[number];

		if (!module_is_of_one_instant(check, module))
			continue;
		if (module_start(module) != 0) {
			check_taken(check, number, first_free);
			continue;
		}
		first_free = first_free ? first_free : number;
		region_check_that(check, !module_is_ready(module), "module %u: ready, but begins nowhere", number);
	}
}

/* A module that is being written counts as that code already. */
const char *region_check_code(const struct region_check *check, uint32_t number, uint64_t address)
{
	const struct module *module;

	if (number == FRAME_MODULE_UNKNOWN)
		return NULL;
	if (number >= MODULES_LIMIT)
		return "in a module that cannot be";
	module = &check->region->modules.entries[number];
	if (module_start(module) == 0)
		return "in a module that is not there";
	if (!module_is_ready(module) || !module_is_of_one_instant(check, module))
		return region_check_is_at_rest(check) ? "in a module that is not ready" : NULL;
	return address >= module_start(module) && address < module->limit ? NULL : "outside of its module";
}

/* False: the two words are not of one rule. */
static bool check_rule(struct region_check *check, uint32_t index)
{
	const struct frame_rules *rules = &check->region->frame_rules;
	uint64_t tie = atomic_load_explicit(&rules->words[index][0], memory_order_relaxed);
	uint64_t rule = atomic_load_explicit(&rules->words[index][1], memory_order_relaxed);
	uint64_t key = tie ^ rule * FRAME_RULES_HASH;
	const char *wrong;

	if (frame_address(key) >> PROCESSOR_ADDRESS_BITS || frame_module(key) == 0 ||
	    frame_rules_set(frame_address(key)) != index / FRAME_RULES_WAYS * FRAME_RULES_WAYS)
		return false;
	region_check_that(check, frame_rule_is_possible(rule), "frame rule %u: %#llx is no rule", index,
			  (unsigned long long)rule);
	wrong = region_check_code(check, rule >> FRAME_RULE_MODULE_SHIFT, frame_address(key));
	region_check_that(check, !wrong, "frame rule %u: for code %s", index, wrong);
	return true;
}

void region_check_frame_rules(struct region_check *check)
{
	const struct frame_rules *rules = &check->region->frame_rules;
	uint32_t torn = 0;

	for (uint32_t index = 0; index < FRAME_RULES_LIMIT; index++) {
		if (atomic_load_explicit(&rules->words[index][1], memory_order_relaxed) == 0)
			continue;
		if (check_rule(check, index))
			check->summary.frame_rules++;
		else
			torn++;
	}
	region_check_that(check, torn <= TORN_RULES || torn <= check->summary.frame_rules / TORN_RULES_PART,
			  "frame rules: %u of %u are torn or in a wrong place, more than races explain", torn,
			  torn + check->summary.frame_rules);
}
