/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "snapshot_frames.h"
#include "thread.h"

void snapshot_frames_split(struct snapshot_sample *sample, uint64_t *frames)
{
	uint32_t depth = sample->depth, begin = frame_find_pseudo(frames, 1, depth, FRAME_WAITER);
	uint32_t end = frame_find_pseudo(frames, begin, depth, FRAME_BLOCKED), count = end - begin;
	uint64_t waiter[THREAD_EXTRA_FRAMES];

	if (count == 0 || count > THREAD_EXTRA_FRAMES)
		return;
	memcpy(waiter, &frames[begin], count * sizeof(*frames));
	memmove(&frames[begin], &frames[end], (depth - end) * sizeof(*frames));
	sample->depth = depth - count;
	memcpy(&frames[sample->depth], waiter, count * sizeof(*frames));
	sample->waiter_frames = &frames[sample->depth + 1];
	sample->waiter_depth = count - 1;
}

/* The loader calls an object what it was asked for, LD_LIBRARY_PATH=lib or dlopen("./plugin.so"): that begins in the directory of that
 * moment, which most programs have not left. Its build id tells whether it is the file; without one nothing would. */
static const char *copy_path(struct snapshot *snapshot, const char *path, uint32_t bytes, bool has_build_id)
{
	const char *directory = snapshot->directory;
	char *joined;

	if (bytes == 0 || path[0] == '/' || !memchr(path, '/', bytes) || !has_build_id || directory[0] != '/')
		return arena_copy_text(&snapshot->arena, path, bytes);
	while (bytes > 2 && path[0] == '.' && path[1] == '/') {
		path += 2;
		bytes -= 2;
	}
	joined = arena_alloc(&snapshot->arena, strlen(directory) + 1 + bytes + 1);
	if (joined)
		sprintf(joined, "%s/%.*s", directory[1] ? directory : "", (int)bytes, path);
	return joined;
}

/* A module that is not ready, or makes no sense, stays unknown. */
static int copy_module(struct snapshot *snapshot, const struct modules *modules, const struct module *module,
		       struct snapshot_module *out_module)
{
	uint32_t path_offset, path_bytes;
	uint8_t *build_id;

	/* Pairs with the release of modules_find: all other fields are there. */
	if (!atomic_load_explicit(&module->ready, memory_order_acquire))
		return 0;
	path_offset = module->path_offset;
	path_bytes = module->path_bytes;
	if (path_offset > MODULES_STRING_BYTES || path_bytes > MODULES_STRING_BYTES - path_offset)
		return 0;
	struct snapshot_module copy = {
		.start = atomic_load_explicit(&module->start, memory_order_relaxed),
		.limit = module->limit,
		.file_offset = module->file_offset,
		.load_bias = module->load_bias,
		.path = copy_path(snapshot, modules->strings + path_offset, path_bytes, module->build_id_bytes != 0),
		.build_id_bytes = module->build_id_bytes,
	};

	if (copy.start >= copy.limit || copy.limit > FRAME_ADDRESS_MASK || copy.build_id_bytes > MODULES_BUILD_ID_BYTES)
		return 0;
	build_id = arena_alloc(&snapshot->arena, MODULES_BUILD_ID_BYTES);
	if (!build_id || !copy.path)
		return -ENOMEM;
	memcpy(build_id, module->build_id, MODULES_BUILD_ID_BYTES);
	copy.build_id = build_id;
	*out_module = copy;
	return 0;
}

int snapshot_frames_modules(struct snapshot *snapshot, const struct modules *modules)
{
	int error = 0;

	snapshot->modules = arena_alloc_array(&snapshot->arena, MODULES_LIMIT, sizeof(*snapshot->modules));
	if (!snapshot->modules)
		return -ENOMEM;
	snapshot->module_count = MODULES_LIMIT;
	for (size_t i = 1; i < MODULES_LIMIT && !error; i++)
		error = copy_module(snapshot, modules, &modules->entries[i], &snapshot->modules[i]);
	return error;
}

static uint64_t checked_frame(const struct snapshot *snapshot, uint64_t frame)
{
	uint32_t module = frame_module(frame);
	uint64_t address = frame_address(frame);

	if (module == FRAME_MODULE_PSEUDO &&
	    (address == FRAME_TRUNCATED || address == FRAME_OVERFLOW || address == FRAME_HELD ||
	     address == FRAME_BLOCKED || address == FRAME_UNSEEN))
		return frame;
	if (module < snapshot->module_count && address >= snapshot->modules[module].start &&
	    address < snapshot->modules[module].limit)
		return frame;
	return frame_make(FRAME_MODULE_UNKNOWN, address);
}

static void check_frames_of(const struct snapshot *snapshot, const uint64_t *frames, size_t depth)
{
	uint64_t *writable = (uint64_t *)frames; /* the snapshot's own copy */

	for (size_t i = 0; i < depth; i++)
		writable[i] = checked_frame(snapshot, frames[i]);
}

void snapshot_frames_check(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->sample_count; i++) {
		const struct snapshot_sample *sample = &snapshot->samples[i];

		check_frames_of(snapshot, sample->frames, sample->depth);
		check_frames_of(snapshot, sample->waiter_frames, sample->waiter_depth);
	}
}
