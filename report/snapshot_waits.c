/* SPDX-License-Identifier: MIT */
/* The waits that were found, looked at again beside their samples. */
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "shown.h"
#include "snapshot_waits_parts.h"
#include "thread_look.h"

/* How a wait stands when it is looked at again. */
enum standing { STANDING_THERE, STANDING_ENDING, STANDING_GONE };

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
		*out_record = *snapshot_waits_record(waits->file, wait->record);
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
		snapshot_waits_record(waits->file, wait->record)->waits[wait->index].rate_ticks = 0;
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
	if (snapshot_waits_is_due(waits, slot, until_ticks))
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
