/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pprof_mappings.h"

static const char *build_id_text(struct pprof_builder *builder, const struct snapshot_module *module)
{
	char *text = pprof_new(builder, module->build_id_bytes * 2 + 1);

	for (size_t i = 0; text && i < module->build_id_bytes; i++)
		snprintf(text + 2 * i, 3, "%02x", module->build_id[i]);
	return text;
}

static Mapping *add_mapping(struct pprof_builder *builder, const char *path)
{
	Mapping *mapping = pprof_new(builder, sizeof(*mapping));

	if (!mapping)
		return NULL;
	perftools__profiles__mapping__init(mapping);
	builder->profile->mapping[builder->profile->n_mapping++] = mapping;
	mapping->id = builder->profile->n_mapping;
	mapping->filename = pprof_text(builder, path);
	mapping->has_functions = true;
	return mapping;
}

/* A library that was unloaded and loaded again at its old place has two numbers and is one mapping. */
static bool is_same_module(const struct snapshot_module *a, const struct snapshot_module *b)
{
	return a->start == b->start && a->limit == b->limit && a->file_offset == b->file_offset &&
	       a->load_bias == b->load_bias && a->build_id_bytes == b->build_id_bytes &&
	       memcmp(a->build_id, b->build_id, a->build_id_bytes) == 0 && strcmp(a->path, b->path) == 0;
}

static uint32_t equal_mapping(const struct pprof_builder *builder, size_t number)
{
	const struct snapshot_module *modules = builder->snapshot->modules;

	for (size_t i = 1; i < number; i++)
		if (modules[i].limit && is_same_module(&modules[i], &modules[number]))
			return builder->mapping_ids[i];
	return 0;
}

static int add_module(struct pprof_builder *builder, size_t number)
{
	const struct snapshot_module *module = &builder->snapshot->modules[number];
	uint32_t equal = equal_mapping(builder, number);
	const char *build_id;
	Mapping *mapping;

	if (equal) {
		builder->mapping_ids[number] = equal;
		return 0;
	}
	mapping = add_mapping(builder, module->path);
	build_id = build_id_text(builder, module);
	if (!mapping || !build_id)
		return -ENOMEM;
	mapping->memory_start = module->start;
	mapping->memory_limit = module->limit;
	mapping->file_offset = module->file_offset;
	mapping->build_id = pprof_text(builder, build_id);
	builder->mapping_ids[number] = mapping->id;
	return 0;
}

/* The main executable first, even if none of its code was seen: readers take the first for it. */
int pprof_mappings_build(struct pprof_builder *builder)
{
	const struct snapshot *snapshot = builder->snapshot;
	int error = 0;

	builder->mapping_ids = arena_alloc_array(builder->arena, snapshot->module_count, sizeof(uint32_t));
	builder->profile->mapping = arena_alloc_array(builder->arena, snapshot->module_count + 1, sizeof(Mapping *));
	if (!builder->mapping_ids || !builder->profile->mapping)
		return -ENOMEM;
	for (size_t i = 1; i < snapshot->module_count && !error; i++)
		if (snapshot->modules[i].limit && strcmp(snapshot->modules[i].path, snapshot->program) == 0)
			error = add_module(builder, i);
	if (!error && builder->profile->n_mapping == 0 && snapshot->program[0])
		error = add_mapping(builder, snapshot->program) ? 0 : -ENOMEM;
	for (size_t i = 1; i < snapshot->module_count && !error; i++)
		if (snapshot->modules[i].limit && builder->mapping_ids[i] == 0)
			error = add_module(builder, i);
	return error;
}
