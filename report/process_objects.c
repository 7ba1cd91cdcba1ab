/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "heap.h"
#include "process_object.h"
#include "process_objects.h"
#include "sort.h"

struct mapping {
	uint64_t start, limit, file_offset;
	bool is_code;
	uint32_t object; /* its number plus 1; 0: it is none's */
	uint32_t module; /* 0: not met yet */
	const char *name;
};

struct process_objects {
	const struct process_memory *memory;
	struct arena arena;
	struct mapping *mappings; /* ascending */
	size_t mapping_count, mapping_room;
	struct process_object *objects;
	size_t object_count, object_room;
	struct snapshot_module *modules;
	size_t module_count, module_room;
};

enum { MODULES_MET_LIMIT = FRAME_MODULE_PSEUDO };

/* Which object it is a part of: that which began before, or one that begins here. */
static int find_object(struct process_objects *objects, struct mapping *mapping)
{
	struct process_object *last = objects->object_count ? &objects->objects[objects->object_count - 1] : NULL;
	struct process_object object;

	if (last && mapping->start < last->limit) {
		mapping->object = (uint32_t)objects->object_count;
		return 0;
	}
	if ((mapping->name[0] != '/' && strcmp(mapping->name, "[vdso]") != 0) || mapping->file_offset != 0 ||
	    !process_object_read(objects->memory, mapping->start, &object))
		return 0;
	object.path = mapping->name;
	if (heap_grow((void **)&objects->objects, objects->object_count, &objects->object_room, sizeof(object)))
		return -ENOMEM;
	objects->objects[objects->object_count++] = object;
	mapping->object = (uint32_t)objects->object_count;
	return 0;
}

/* "START-LIMIT FLAGS OFFSET DEVICE INODE   NAME" */
static int take_line(struct process_objects *objects, char *line)
{
	static const char deleted[] = " (deleted)";
	struct mapping mapping = {0};
	char flags[5], *name;
	int name_at = 0, error;
	size_t bytes;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*s %*s %n", &mapping.start, &mapping.limit, flags,
		   &mapping.file_offset, &name_at) != 4 ||
	    !name_at)
		return 0;
	name = line + name_at;
	bytes = strcspn(name, "\n");
	if (bytes > strlen(deleted) && strncmp(name + bytes - strlen(deleted), deleted, strlen(deleted)) == 0)
		bytes -= strlen(deleted);
	mapping.name = arena_copy_text(&objects->arena, name, bytes);
	mapping.is_code = flags[2] == 'x';
	if (!mapping.name ||
	    heap_grow((void **)&objects->mappings, objects->mapping_count, &objects->mapping_room, sizeof(mapping)))
		return -ENOMEM;
	error = find_object(objects, &mapping);
	objects->mappings[objects->mapping_count++] = mapping;
	return error;
}

static int read_mappings(struct process_objects *objects, pid_t pid)
{
	char path[32], *line = NULL;
	size_t room = 0;
	FILE *maps;
	int error = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "re");
	if (!maps)
		return -errno;
	while (!error && getline(&line, &room, maps) > 0)
		error = take_line(objects, line);
	free(line);
	fclose(maps);
	return error;
}

int process_objects_open(pid_t pid, const struct process_memory *memory, struct process_objects **out_objects)
{
	struct process_objects *objects = heap_alloc_array(1, sizeof(*objects));
	int error;

	if (!objects)
		return -ENOMEM;
	objects->memory = memory;
	objects->module_count = 1;
	error = heap_grow((void **)&objects->modules, 0, &objects->module_room, sizeof(*objects->modules));
	if (!error)
		error = read_mappings(objects, pid);
	if (error) {
		process_objects_close(objects);
		return error;
	}
	objects->modules[0] = (struct snapshot_module){0};
	*out_objects = objects;
	return 0;
}

void process_objects_close(struct process_objects *objects)
{
	if (!objects)
		return;
	for (size_t i = 0; i < objects->object_count; i++)
		process_object_close(&objects->objects[i]);
	heap_free(objects->objects);
	heap_free(objects->mappings);
	heap_free(objects->modules);
	arena_free(&objects->arena);
	heap_free(objects);
}

/* The mapping that holds the address, or the last one before it; NULL: there is none. */
static struct mapping *mapping_before(const struct process_objects *objects, uint64_t address)
{
	size_t count = sort_count_up_to(objects->mappings, sizeof(*objects->mappings), objects->mapping_count, address);

	return count ? &objects->mappings[count - 1] : NULL;
}

static struct process_object *object_of(struct process_objects *objects, const struct mapping *mapping)
{
	struct process_object *object = &objects->objects[mapping->object - 1];

	process_object_open(objects->memory, object);
	return object;
}

static struct snapshot_module describe(const struct process_object *object, const struct mapping *mapping)
{
	return (struct snapshot_module){.start = mapping->start,
					.limit = mapping->limit,
					.file_offset = mapping->file_offset,
					.load_bias = object->load_bias,
					.path = object->path,
					.build_id = object->build_id,
					.build_id_bytes = object->build_id_bytes};
}

/* The number of the module that a mapping of code becomes; FRAME_MODULE_UNKNOWN if there are too many. */
static uint32_t meet(struct process_objects *objects, struct mapping *mapping)
{
	if (mapping->module)
		return mapping->module;
	if (objects->module_count == MODULES_MET_LIMIT || heap_grow((void **)&objects->modules, objects->module_count,
								    &objects->module_room, sizeof(*objects->modules)))
		return FRAME_MODULE_UNKNOWN;
	objects->modules[objects->module_count] = describe(object_of(objects, mapping), mapping);
	mapping->module = (uint32_t)objects->module_count++;
	return mapping->module;
}

uint64_t process_objects_frame(struct process_objects *objects, uint64_t address)
{
	struct mapping *mapping = mapping_before(objects, address);

	if (!mapping || address >= mapping->limit || !mapping->is_code || !mapping->object)
		return frame_make(FRAME_MODULE_UNKNOWN, address);
	return frame_make(meet(objects, mapping), address);
}

const struct snapshot_module *process_objects_modules(const struct process_objects *objects, size_t *out_count)
{
	*out_count = objects->module_count;
	return objects->modules;
}

const struct object *process_objects_copy(const struct process_objects *objects, uint64_t frame, uint64_t *out_shift)
{
	const struct mapping *mapping = mapping_before(objects, frame_address(frame));
	const struct process_object *object = &objects->objects[mapping->object - 1];

	*out_shift = object->copy.load_bias - object->load_bias;
	return &object->copy;
}

/* Variables that are zero at first lie behind what is mapped of the file. */
uint64_t process_objects_data_frame(struct process_objects *objects, uint64_t address)
{
	struct mapping *mapping = mapping_before(objects, address);

	if (!mapping || !mapping->object || address >= objects->objects[mapping->object - 1].limit)
		return frame_make(FRAME_MODULE_UNKNOWN, address);
	return frame_make(meet(objects, mapping), address);
}

const char *process_objects_mapping(const struct process_objects *objects, uint64_t address)
{
	const struct mapping *mapping = mapping_before(objects, address);

	if (!mapping || address >= mapping->limit || !mapping->name[0])
		return NULL;
	return strcmp(mapping->name, "[heap]") == 0 ? "heap" : mapping->name;
}
