/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "kernel.h"
#include "region_layout.h"
#include "thread_look.h"

enum { TRIES = 100 };

static struct region_layout layout_of(const struct region_file *file)
{
	uint32_t depth = file->region->header.depth;

	return region_layout_of(file->bytes, depth < SAMPLE_DEPTH_LIMIT ? depth : SAMPLE_DEPTH_LIMIT);
}

/* Word by word, in this order: the memory may change meanwhile, which the sequence tells and the sanitizer does not know. */
static __attribute__((no_sanitize("thread"))) void copy_words(const uint32_t *words, uint32_t *out_words, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*words); i++)
		out_words[i] = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
}

static bool read_at(const struct region_file *file, uint64_t offset, void *out_bytes, size_t bytes)
{
	if (!region_file_is_memory(file))
		return KERNEL_CALL(pread64, file->descriptor, out_bytes, bytes, offset) == (long)bytes;
	if (offset > file->bytes || bytes > file->bytes - offset)
		return false;
	copy_words((const uint32_t *)((const char *)file->region + offset), out_bytes, bytes);
	return true;
}

uint32_t thread_look_count(const struct region_file *file)
{
	struct region_layout layout = layout_of(file);
	uint32_t used;

	if (file->region->header.depth > SAMPLE_DEPTH_LIMIT ||
	    !read_at(file, offsetof(struct region, threads.used), &used, sizeof(used)))
		return 0;
	return used < layout.threads.limit ? used : layout.threads.limit;
}

static uint64_t record_offset(const struct region_file *file, uint32_t index)
{
	struct region_layout layout = layout_of(file);

	return layout.records_begin + (uint64_t)index * layout.threads.stride_bytes;
}

/* Its first words: who it is, how many waits, and the sequence. */
struct record_head {
	uint32_t tid, wait_depth, wait_sequence;
};

_Static_assert(offsetof(struct thread, tid) == 0 && offsetof(struct thread, wait_depth) == 4 &&
		       offsetof(struct thread, wait_sequence) == 8,
	       "the head is what a record begins with");

/* The words of one reading may come in any order. The depth that counts was read after a sequence, and what it tells of before the
 * same one was read again. */
static bool read_once(const struct region_file *file, uint64_t offset, struct thread *out)
{
	struct record_head before, head, after;

	if (!read_at(file, offset, &before, sizeof(before)) || !read_at(file, offset, &head, sizeof(head)) ||
	    !read_at(file, offset, out, sizeof(*out)) || !read_at(file, offset, &after, sizeof(after)))
		return false;
	out->wait_depth = head.wait_depth;
	out->wait_sequence = head.wait_sequence;
	atomic_store_explicit(&out->tid, head.tid, memory_order_relaxed);
	return before.wait_sequence == head.wait_sequence && before.tid == head.tid &&
	       memcmp(&head, &after, sizeof(head)) == 0 && head.wait_depth <= THREAD_WAITS;
}

bool thread_look_at(const struct region_file *file, uint32_t index, struct thread *out)
{
	uint64_t offset = record_offset(file, index);

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < TRIES; i++)
		if (read_once(file, offset, out))
			return atomic_load_explicit(&out->tid, memory_order_relaxed) != 0;
	out->wait_depth = 0;
	return atomic_load_explicit(&out->tid, memory_order_relaxed) != 0;
}

unsigned thread_look_read_stack(const struct region_file *file, const struct thread_wait *wait, uint64_t *out_frames,
				unsigned limit)
{
	struct region_layout layout = layout_of(file);
	uint32_t unit = thread_wait_unit(wait);
	uint64_t offset = offsetof(struct region, samples) + (uint64_t)unit * SAMPLE_UNIT_BYTES;
	struct sample sample;
	unsigned depth;

	if (!unit || offset < layout.arena_begin || offset + sizeof(sample) > layout.records_begin ||
	    !read_at(file, offset, &sample, sizeof(sample)))
		return 0;
	depth = sample.depth < limit ? sample.depth : limit;
	if (offset + sizeof(sample) + depth * sizeof(*out_frames) > layout.records_begin ||
	    sample.profile != PROFILE_BLOCK || sample.kind != wait->kind ||
	    !read_at(file, offset + sizeof(sample), out_frames, depth * sizeof(*out_frames)))
		return 0;
	return depth;
}
