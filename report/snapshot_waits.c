/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "shown.h"
#include "snapshot_waits.h"
#include "sort.h"
#include "thread_look.h"

struct snapshot_wait {
	uint64_t since_ticks;
	uint32_t unit; /* of its sample */
	uint32_t record;
	uint32_t sequence;
	uint32_t index; /* in the record's waits */
	bool is_gone;
	struct sample_weight weight; /* when it was looked at again */
};

/* How a wait stands when it is looked at again. */
enum standing { STANDING_THERE, STANDING_ENDING, STANDING_GONE };

static uint32_t used_records(const struct region_file *file)
{
	const struct thread_table *threads = &file->region->threads;
	uint32_t used = atomic_load_explicit(&threads->used, memory_order_relaxed);

	return used < threads->limit ? used : threads->limit;
}

static struct thread *record_of(const struct region_file *file, uint32_t record)
{
	return thread_table_at(&file->region->threads, record);
}

/* Of a process that is gone: when the last wait began that is known of. */
static uint64_t last_instant(const struct region_file *file)
{
	uint64_t last_ticks = 0;

	for (uint32_t record = 0; record < used_records(file); record++)
		for (int i = 0; i < THREAD_WAITS; i++) {
			uint64_t since_ticks = record_of(file, record)->waits[i].waiter.since_ticks;

			last_ticks = since_ticks > last_ticks ? since_ticks : last_ticks;
		}
	return last_ticks;
}

/* Does the process go on, and is its clock the moment's? */
static bool is_in_use(const struct region_header *header, const struct snapshot_moment *moment)
{
	return moment->is_present && !atomic_load_explicit(&header->closed, memory_order_relaxed) &&
	       header->clock_source == moment->clock_source && header->boot_id[0] == moment->boot_id[0] &&
	       header->boot_id[1] == moment->boot_id[1];
}

static void find_limits(const struct region_file *file, const struct snapshot_moment *moment,
			struct snapshot_waits *waits)
{
	const struct region_header *header = &file->region->header;
	uint64_t last_ticks;

	waits->is_in_use = is_in_use(header, moment);
	waits->before_ticks = atomic_load_explicit(&header->shown_until_ticks, memory_order_relaxed);
	waits->until_ticks = moment->anchor.ticks;
	if (waits->is_in_use)
		return;
	last_ticks = last_instant(file);
	waits->until_ticks = last_ticks > waits->before_ticks ? last_ticks : waits->before_ticks;
}

static bool is_due(const struct snapshot_waits *waits, const struct thread_wait *wait, uint64_t until_ticks)
{
	uint64_t elapsed_ticks = clock_elapsed_ticks(wait->waiter.since_ticks, until_ticks);

	return wait->rate_ticks != 0 && elapsed_ticks >= waits->least_ticks && elapsed_ticks >= wait->threshold_ticks;
}

/* What is read here may be of two waits: then none of them is there when it is looked at again. (That the sanitizer cannot know.) */
static __attribute__((no_sanitize("thread"))) struct thread_wait copy_wait(const struct thread *thread, uint32_t index)
{
	return thread->waits[index];
}

static void find_in_record(struct snapshot_waits *waits, uint32_t record)
{
	const struct thread *thread = record_of(waits->file, record);
	uint32_t depth = __atomic_load_n(&thread->wait_depth, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < depth && i < THREAD_WAITS; i++) {
		struct thread_wait wait = copy_wait(thread, i);
		uint32_t unit = thread_wait_unit(&wait);

		if (!is_due(waits, &wait, waits->until_ticks))
			continue;
		if (unit)
			waits->waits[waits->count++] = (struct snapshot_wait){.since_ticks = wait.waiter.since_ticks,
									      .unit = unit,
									      .record = record,
									      .sequence = wait.sequence,
									      .index = i};
		else
			waits->without_stack++;
	}
}

/* By units, so that a sample's waits are found together. */
static int sort_waits(struct snapshot_waits *waits, struct arena *arena)
{
	uint64_t *keys = arena_alloc_array(arena, waits->count, sizeof(*keys));
	struct snapshot_wait *sorted = arena_alloc_array(arena, waits->count, sizeof(*sorted));

	if (!keys || !sorted)
		return -ENOMEM;
	for (size_t i = 0; i < waits->count; i++)
		keys[i] = (uint64_t)waits->waits[i].unit << 32 | i;
	sort_words(keys, waits->count);
	for (size_t i = 0; i < waits->count; i++)
		sorted[i] = waits->waits[(uint32_t)keys[i]];
	waits->waits = sorted;
	return 0;
}

/* In the region itself, or in the copy and in the file that it was made of. */
static void raise_shown(const struct snapshot_waits *waits)
{
	_Atomic uint64_t *shown = &waits->file->region->header.shown_until_ticks;
	uint64_t before_ticks = waits->before_ticks;

	while (before_ticks < waits->until_ticks &&
	       !atomic_compare_exchange_weak_explicit(shown, &before_ticks, waits->until_ticks, memory_order_relaxed,
						      memory_order_relaxed))
		;
	if (!region_file_is_memory(waits->file))
		region_file_write_shown(waits->file);
}

/* What another CPU has stored before it read the clock may be on its way for some hundred ns. */
static void let_stores_come(void)
{
	for (int i = 0; i < 1000; i++)
		__builtin_ia32_pause();
}

int snapshot_waits_find(const struct region_file *file, const struct snapshot_moment *moment, double ns_per_tick,
			struct arena *arena, struct snapshot_waits *out_waits)
{
	struct snapshot_waits waits = {.file = file, .least_ticks = (uint64_t)(SHOWN_LEAST_NS / ns_per_tick)};
	uint32_t records = used_records(file);
	int error;

	find_limits(file, moment, &waits);
	waits.waits = arena_alloc_array(arena, (size_t)records * THREAD_WAITS, sizeof(*waits.waits));
	if (!waits.waits)
		return -ENOMEM;
	for (uint32_t record = 0; record < records; record++)
		find_in_record(&waits, record);
	error = sort_waits(&waits, arena);
	if (error)
		return error;
	if (waits.is_in_use && waits.count) {
		raise_shown(&waits);
		let_stores_come();
	}
	*out_waits = waits;
	return 0;
}

/* The wait as it is in `slot`. */
static enum standing judge(const struct snapshot_wait *wait, const struct thread_wait *slot, uint32_t depth)
{
	if (wait->index >= depth || slot->sequence != wait->sequence || slot->waiter.since_ticks != wait->since_ticks)
		return STANDING_GONE;
	return atomic_load_explicit(&slot->is_ending, memory_order_relaxed) ? STANDING_ENDING : STANDING_THERE;
}

static enum standing look_once(const struct snapshot_waits *waits, const struct snapshot_wait *wait,
			       struct thread *out_record)
{
	bool is_owned;

	if (!waits->is_in_use) {
		*out_record = *record_of(waits->file, wait->record);
		return judge(wait, &out_record->waits[wait->index], out_record->wait_depth);
	}
	is_owned = thread_look_at(waits->file, wait->record, out_record);
	return is_owned ? judge(wait, &out_record->waits[wait->index], out_record->wait_depth) : STANDING_GONE;
}

/* What ends is over in less than a microsecond, unless its thread loses the CPU at that point. */
static enum standing look_again(const struct snapshot_waits *waits, const struct snapshot_wait *wait,
				struct thread *out_record)
{
	enum { TRIES = 2000, PAUSE_NS = 100000 };
	enum standing standing = look_once(waits, wait, out_record);

	for (int i = 0; i < TRIES && waits->is_in_use && standing == STANDING_ENDING; i++) {
		struct timespec pause = {.tv_nsec = PAUSE_NS};

		KERNEL_CALL(nanosleep, &pause, NULL);
		standing = look_once(waits, wait, out_record);
	}
	return standing;
}

/* The copy shall say of it what the snapshot does. */
static void forget(const struct snapshot_waits *waits, struct snapshot_wait *wait)
{
	wait->is_gone = true;
	if (!region_file_is_memory(waits->file))
		record_of(waits->file, wait->record)->waits[wait->index].rate_ticks = 0;
}

/* Of what was stopped in the middle of its end nobody knows whether it was recorded. Most of that time it was not, so it keeps
 * what it had. False: it is gone, and its sample must be read again. */
static bool weigh(const struct snapshot_waits *waits, struct snapshot_wait *wait)
{
	struct thread record;
	const struct thread_wait *slot = &record.waits[wait->index];
	enum standing standing = look_again(waits, wait, &record);
	uint64_t until_ticks = standing == STANDING_ENDING ? waits->before_ticks : waits->until_ticks;

	if (standing == STANDING_GONE) {
		forget(waits, wait);
		return false;
	}
	wait->weight = (struct sample_weight){0};
	if (is_due(waits, slot, until_ticks))
		wait->weight = shown_weight(clock_elapsed_ticks(wait->since_ticks, until_ticks), slot->rate_ticks);
	return true;
}

/* The waits of one sample. */
struct range {
	struct snapshot_wait *begin, *end;
};

static struct range range_of(const struct snapshot_waits *waits, uint32_t unit)
{
	size_t low = 0, high = waits->count;
	struct range range;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (waits->waits[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	range.begin = range.end = waits->waits + low;
	while (range.end < waits->waits + waits->count && range.end->unit == unit)
		range.end++;
	return range;
}

/* Two words that change together, read until they agree. They are written into the copy. */
static void update_copy(const struct region_file *file, const struct sample *sample)
{
	uint64_t offset = (const char *)sample - (const char *)file->region;
	uint64_t words[2] = {0}, again[2] = {1};

	while (words[0] != again[0] || words[1] != again[1]) {
		memcpy(again, words, sizeof(again));
		if (KERNEL_CALL(pread64, file->descriptor, words, sizeof(words), offset) != sizeof(words))
			return;
	}
	memcpy((void *)sample, words, sizeof(words));
}

static struct sample_weight read_now(const struct snapshot_waits *waits, const struct sample *sample)
{
	if (waits->is_in_use && !region_file_is_memory(waits->file))
		update_copy(waits->file, sample);
	return sample_read(sample);
}

/* Looks at them again; false: one is gone. */
static bool weigh_all(const struct snapshot_waits *waits, struct range range)
{
	bool are_there = true;

	for (struct snapshot_wait *wait = range.begin; wait < range.end; wait++)
		are_there &= wait->is_gone || weigh(waits, wait);
	return are_there;
}

struct sample_weight snapshot_waits_read(struct snapshot_waits *waits, const struct sample *sample)
{
	uint32_t unit = ((const char *)sample - (const char *)&waits->file->region->samples) / SAMPLE_UNIT_BYTES;
	struct range range = range_of(waits, unit);
	struct sample_weight weight;

	if (range.begin == range.end || sample->profile != PROFILE_BLOCK)
		return sample_read(sample);
	do {
		weight = read_now(waits, sample);
	} while (!weigh_all(waits, range));
	for (const struct snapshot_wait *wait = range.begin; wait < range.end; wait++) {
		weight.count += wait->is_gone ? 0 : wait->weight.count;
		weight.delay_ticks += wait->is_gone ? 0 : wait->weight.delay_ticks;
	}
	return weight;
}
