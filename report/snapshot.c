/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "frame.h"
#include "heap.h"
#include "region_layout.h"
#include "snapshot_frames.h"
#include "snapshot_labels.h"
#include "snapshot_locks.h"
#include "snapshot_threads.h"
#include "snapshot.h"
#include "snapshot_uncharged.h"
#include "snapshot_waits.h"

/* What is read, and how much of it. */
struct source {
	const struct region_file *file;
	const struct region *region; /* the file's */
	size_t bytes;
	struct snapshot_waits waits;
	size_t bytes_left; /* a region cannot hold more, unless its slots lead to the same samples again and again */
};

static const char *copy_field(struct snapshot *snapshot, const char *field, size_t limit)
{
	return arena_copy_text(&snapshot->arena, field, strnlen(field, limit));
}

static int copy_header(struct snapshot *snapshot, const struct region_header *header,
		       const struct snapshot_moment *moment)
{
	snapshot->ns_per_tick = snapshot_clock_ns_per_tick(header, moment);
	if (snapshot->ns_per_tick == 0)
		return -ENODATA;
	snapshot->taken_wall_ns = moment->wall_ns;
	snapshot->pid = header->pid;
	snapshot->profiles = header->profiles & ((1u << PROFILE_COUNT) - 1);
	snapshot->has_histogram = header->has_histogram != 0;
	snapshot->clock_source =
		header->clock_source == CLOCK_SOURCE_COUNTER ? CLOCK_SOURCE_COUNTER : CLOCK_SOURCE_MONOTONIC;
	snapshot->mutex_fraction = atomic_load_explicit(&header->mutex_fraction, memory_order_relaxed);
	snapshot->block_rate_ns = atomic_load_explicit(&header->block_rate_ns, memory_order_relaxed);
	snapshot->hold_rate = header->hold_rate;
	snapshot->dump_sequence = atomic_load_explicit(&header->dump_sequence, memory_order_relaxed);
	snapshot->is_closed = atomic_load_explicit(&header->closed, memory_order_relaxed) != 0;
	snapshot->program = copy_field(snapshot, header->program, sizeof(header->program));
	snapshot->directory = copy_field(snapshot, header->directory, sizeof(header->directory));
	snapshot->out = copy_field(snapshot, header->out, sizeof(header->out));
	return snapshot->program && snapshot->directory && snapshot->out ? 0 : -ENOMEM;
}

static int copy_frames(struct snapshot *snapshot, struct source *source, const struct sample *sample,
		       struct snapshot_sample *out_sample)
{
	uint32_t depth = sample->depth;
	size_t bytes = sizeof(*sample) + depth * sizeof(*sample->frames);
	uint64_t *frames;

	if (depth == 0 || depth > SAMPLE_DEPTH_LIMIT || bytes > source->bytes_left)
		return -EBADMSG;
	source->bytes_left -= bytes;
	frames = arena_alloc_array(&snapshot->arena, depth, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	memcpy(frames, sample->frames, depth * sizeof(*frames));
	out_sample->frames = frames;
	out_sample->depth = depth;
	snapshot_frames_split(out_sample, frames);
	return 0;
}

/* An estimate may round to no event at all: what took time happened once at least, as Go counts it too. */
static int copy_sample(struct snapshot *snapshot, struct source *source, const struct sample *sample)
{
	struct sample_weight weight = snapshot_waits_read(&source->waits, sample);
	struct snapshot_sample copy = {
		.profile = sample->profile,
		.kind = sample->kind,
		.file_type = sample->file_type,
		.delay_class = sample->delay_class,
		.lock = sample->lock,
		.labels = sample->labels,
		.waiter_labels = sample->waiter_labels,
	};
	uint64_t longest_ticks = atomic_load_explicit(&sample->longest_ticks, memory_order_relaxed);
	int error;

	copy.count = ((weight.count >> 1) + SAMPLER_COUNT_ONE / 4) >> (SAMPLER_COUNT_SHIFT - 1);
	copy.delay_ns = snapshot_clock_ns(snapshot->ns_per_tick, weight.delay_ticks);
	copy.longest_ns = snapshot_clock_ns(snapshot->ns_per_tick, longest_ticks);
	if (copy.count == 0 && copy.delay_ns > 0)
		copy.count = 1;
	if (copy.count == 0 || (unsigned)copy.profile >= PROFILE_COUNT || (unsigned)copy.kind >= WAIT_KIND_COUNT ||
	    (unsigned)copy.file_type >= FILE_TYPE_COUNT || copy.delay_class > SAMPLE_DELAY_CLASS_LIMIT)
		return 0;
	error = copy_frames(snapshot, source, sample, &copy);
	if (!error)
		snapshot->samples[snapshot->sample_count++] = copy;
	return error;
}

/* Which slots are filled, a byte for each, and how many. NULL: no memory. */
static uint8_t *filled_slots(struct snapshot *snapshot, const struct sample_table *table, size_t table_bytes,
			     uint32_t slot_count, size_t *out_filled)
{
	uint8_t *is_filled = arena_alloc_array(&snapshot->arena, slot_count, 1);

	for (uint32_t slot = 0; is_filled && slot < slot_count; slot++)
		*out_filled += is_filled[slot] = sample_table_slot(table, table_bytes, slot) != NULL;
	return is_filled;
}

/* Those that were there when they were counted: what comes meanwhile waits for the next dump, and takes nobody's place. */
static int copy_samples(struct snapshot *snapshot, struct source *source)
{
	const struct sample_table *table = &source->region->samples;
	size_t table_bytes = source->bytes - offsetof(struct region, samples), filled = 0;
	uint32_t slot_count = table->slot_count;
	uint8_t *is_filled;
	int error = 0;

	is_filled = filled_slots(snapshot, table, table_bytes, slot_count, &filled);
	if (filled > table_bytes / sizeof(struct sample))
		return -EBADMSG;
	snapshot->samples = arena_alloc_array(&snapshot->arena, filled, sizeof(*snapshot->samples));
	if (!is_filled || !snapshot->samples)
		return -ENOMEM;
	for (uint32_t slot = 0; slot < slot_count && !error; slot++) {
		const struct sample *sample = is_filled[slot] ? sample_table_slot(table, table_bytes, slot) : NULL;

		if (sample)
			error = copy_sample(snapshot, source, sample);
	}
	return error;
}

static void copy_losses(struct snapshot *snapshot, const struct region *region)
{
	for (int i = 0; i < LOSS_COUNT; i++) {
		uint64_t lost = atomic_load_explicit(&region->losses.events[i], memory_order_relaxed);
		uint64_t before = atomic_load_explicit(&region->reset.losses.events[i], memory_order_relaxed);

		snapshot->losses[i] = lost > before ? lost - before : 0;
	}
}

/* What is counted begins with the process, or with the last reset. */
static void copy_begin(struct snapshot *snapshot, const struct region *region)
{
	snapshot->resets = atomic_load_explicit(&region->reset.number, memory_order_relaxed);
	snapshot->started_wall_ns = snapshot->resets
					    ? atomic_load_explicit(&region->reset.wall_ns, memory_order_relaxed)
					    : region->header.started_wall_ns;
}

/* Are the tables where they are in every region of that size? It bounds the work, too: holes in a file cost nobody anything. */
static bool has_layout(const struct region *region, size_t bytes)
{
	const struct thread_table *threads = &region->threads;
	const struct sample_table *samples = &region->samples;
	struct region_layout layout;

	if (!region_layout_exists(bytes, region->header.depth))
		return false;
	layout = region_layout_of(bytes, region->header.depth);
	return threads->stride_bytes == layout.threads.stride_bytes && threads->offset == layout.threads.offset &&
	       threads->limit == layout.threads.limit && samples->slot_count == layout.samples.slot_count &&
	       samples->slots_offset == layout.samples.slots_offset;
}

static int check_region(const struct region *region, size_t bytes)
{
	/* Pairs with the release in region_create. */
	if (bytes < sizeof(*region) ||
	    atomic_load_explicit(&region->header.magic, memory_order_acquire) != REGION_MAGIC)
		return -EBADMSG;
	if (region->header.version != REGION_VERSION)
		return -EPROTO;
	return region->header.bytes == bytes && has_layout(region, bytes) ? 0 : -EBADMSG;
}

/* Samples before modules and labels: what a sample refers to was entered before the sample was. */
static int copy_all(struct snapshot *snapshot, struct source *source, const struct snapshot_moment *moment)
{
	int error = copy_header(snapshot, &source->region->header, moment);

	if (!error)
		error = snapshot_waits_find(source->file, moment, snapshot->ns_per_tick, &snapshot->arena,
					    &source->waits);
	if (!error)
		error = copy_samples(snapshot, source);
	snapshot->waits_without_stack = source->waits.without_stack;
	snapshot->uncharged_ns = snapshot_clock_ns(snapshot->ns_per_tick,
						   snapshot_uncharged_ticks(source->region, source->waits.until_ticks));
	if (!error)
		error = snapshot_frames_modules(snapshot, &source->region->modules);
	if (!error)
		error = snapshot_labels_copy(snapshot, &source->region->labels);
	if (!error)
		error = snapshot_add_threads(snapshot, source->region, moment);
	if (!error)
		error = snapshot_locks_copy(snapshot, source->region);
	copy_losses(snapshot, source->region);
	copy_begin(snapshot, source->region);
	if (!error)
		snapshot_frames_check(snapshot);
	return error;
}

int snapshot_take_file(const struct region_file *file, const struct snapshot_moment *moment,
		       struct snapshot **out_snapshot)
{
	struct source source = {.file = file, .region = file->region, .bytes = file->bytes, .bytes_left = file->bytes};
	struct snapshot *snapshot;
	int error = check_region(file->region, file->bytes);

	if (error)
		return error;
	snapshot = heap_alloc_array(1, sizeof(*snapshot));
	if (!snapshot)
		return -ENOMEM;
	error = copy_all(snapshot, &source, moment);
	if (error)
		snapshot_drop(snapshot);
	else
		*out_snapshot = snapshot;
	return error;
}

int snapshot_take(const struct region *region, size_t bytes, const struct snapshot_moment *moment,
		  struct snapshot **out_snapshot)
{
	struct region_file file = region_file_of_memory(region, bytes);

	return snapshot_take_file(&file, moment, out_snapshot);
}

void snapshot_drop(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	arena_free(&snapshot->arena);
	heap_free(snapshot);
}
