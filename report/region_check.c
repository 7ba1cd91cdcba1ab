/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "region_check_parts.h"

/* The bounds of the options that a header repeats. */
enum {
#define OPTION(field, variable, type, fallback, least, most, sentence) LEAST_##field = (least),
#include "options.def"
#undef OPTION
};

/* The ends of what a report takes for a clock, and of what a counter can have come to. */
#define NS_PER_TICK_LEAST 0.05
#define NS_PER_TICK_MOST  20.0
#define COUNTED_MOST      (UINT64_C(1) << 56)
enum { ERRNO_MOST = 4095, SIGNAL_MOST = 64 };

bool region_check_that(struct region_check *check, bool holds, const char *format, ...)
{
	char line[256];
	va_list arguments;

	if (holds)
		return true;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	check->faults++;
	check->fault(line, check->argument);
	return false;
}

/* Without these nothing else means anything. */
static bool check_kind(struct region_check *check, size_t bytes)
{
	const struct region_header *header = &check->region->header;

	if (bytes < sizeof(struct region) || bytes < LEAST_memory_bytes)
		return region_check_that(check, false, "%zu bytes: too small for a region", bytes);
	return region_check_that(check, atomic_load_explicit(&header->magic, memory_order_relaxed) == REGION_MAGIC,
				 "header: no magic") &&
	       region_check_that(check, header->version == REGION_VERSION, "header: version %u, expected %u",
				 header->version, REGION_VERSION) &&
	       region_check_that(check, header->bytes == bytes && bytes % 4096 == 0,
				 "header: %llu bytes, but the region has %zu", (unsigned long long)header->bytes,
				 bytes) &&
	       region_check_that(check, header->depth >= LEAST_depth && header->depth <= SAMPLE_DEPTH_LIMIT,
				 "header: stacks of %u frames", header->depth);
}

static void check_text(struct region_check *check, const char *name, const char *text, bool is_path)
{
	if (region_check_that(check, memchr(text, '\0', REGION_PATH_BYTES) != NULL, "header: %s is not terminated",
			      name))
		region_check_that(check, is_path ? text[0] == '\0' || text[0] == '/' : text[0] != '\0',
				  is_path ? "header: %s is no absolute path" : "header: %s is empty", name);
}

static void check_times(struct region_check *check, const struct region_header *header)
{
	uint64_t bits = atomic_load_explicit(&header->ns_per_tick, memory_order_relaxed);
	double ns_per_tick;

	memcpy(&ns_per_tick, &bits, sizeof(ns_per_tick));
	region_check_that(check, bits == 0 || (ns_per_tick >= NS_PER_TICK_LEAST && ns_per_tick <= NS_PER_TICK_MOST),
			  "header: no clock ticks like that (ns per tick has the bits %#llx)",
			  (unsigned long long)bits);
	region_check_that(check, header->started_wall_ns >= 0, "header: started before 1970");
	region_check_that(check,
			  header->early.ticks >= header->started.ticks &&
				  header->early.monotonic_ns >= header->started.monotonic_ns,
			  "header: the early clock anchor lies before the start");
	if (region_check_that(check, header->clock_source <= CLOCK_SOURCE_COUNTER, "header: clock source %u",
			      header->clock_source) &&
	    header->clock_source == CLOCK_SOURCE_MONOTONIC)
		region_check_that(check, header->started.ticks == header->started.monotonic_ns,
				  "header: a monotonic clock whose ticks are no ns");
}

/* Odd while it is written; what was answered was asked before. */
static void check_wish(struct region_check *check, const struct wish_words *wish)
{
	uint32_t number = atomic_load_explicit(&wish->number, memory_order_relaxed);
	uint32_t answered = atomic_load_explicit(&wish->answered, memory_order_relaxed);

	region_check_that(check,
			  atomic_load_explicit(&wish->wanted, memory_order_relaxed) >> WISH_COUNT == 0 &&
				  atomic_load_explicit(&wish->granted, memory_order_relaxed) >> WISH_COUNT == 0 &&
				  wish->unused == 0 &&
				  atomic_load_explicit(&wish->has_helper, memory_order_relaxed) <= 1,
			  "header: a wish for what does not exist");
	region_check_that(check, answered % 2 == 0 && (int32_t)(number - answered) >= 0,
			  "header: wish %u is answered, of %u", answered, number);
}

static void check_header(struct region_check *check)
{
	const struct region_header *header = &check->region->header;
	const uint32_t always = 1u << PROFILE_MUTEX | 1u << PROFILE_BLOCK;

	region_check_that(check, header->pid > 0, "header: process %d", header->pid);
	region_check_that(check, (header->profiles & always) == always && header->profiles >> PROFILE_COUNT == 0,
			  "header: profiles %#x", header->profiles);
	region_check_that(check, header->has_histogram <= 1, "header: neither with nor without a histogram");
	region_check_that(
		check, header->hold_rate <= INT32_MAX && !header->hold_rate == !(header->profiles >> PROFILE_HOLD & 1),
		"header: hold rate %u", header->hold_rate);
	region_check_that(check, atomic_load_explicit(&header->mutex_fraction, memory_order_relaxed) <= INT32_MAX,
			  "header: mutex fraction out of bounds");
	region_check_that(check, atomic_load_explicit(&header->block_rate_ns, memory_order_relaxed) >= 0,
			  "header: block rate out of bounds");
	region_check_that(check, atomic_load_explicit(&header->closed, memory_order_relaxed) <= 1,
			  "header: closed is neither yes nor no");
	region_check_that(check, atomic_load_explicit(&header->signs, memory_order_relaxed) >> REGION_SIGN_COUNT == 0,
			  "header: signs that do not exist");
	region_check_that(check, atomic_load_explicit(&header->dump_error, memory_order_relaxed) <= ERRNO_MOST,
			  "header: the last dump failed with an error that does not exist");
	region_check_that(check, atomic_load_explicit(&header->shown_until_ticks, memory_order_relaxed) >> 62 == 0,
			  "header: waits were shown until the end of time");
	region_check_that(check, header->dump_signal <= SIGNAL_MOST, "header: dump signal %u", header->dump_signal);
	check_wish(check, &header->wish);
	check_times(check, header);
	check_text(check, "the program", header->program, true);
	check_text(check, "the directory", header->directory, true);
	check_text(check, "the output pattern", header->out, false);
}

static void check_word(struct region_check *check, const char *name, uint64_t word, uint64_t expected)
{
	region_check_that(check, word == expected, "layout: %s is %llu, expected %llu", name, (unsigned long long)word,
			  (unsigned long long)expected);
}

static void check_layout(struct region_check *check)
{
	const struct thread_table *threads = &check->region->threads;
	const struct sample_table *samples = &check->region->samples;
	const struct region_layout *layout = &check->layout;

	check_word(check, "bytes of a thread record", threads->stride_bytes, layout->threads.stride_bytes);
	check_word(check, "offset of the thread records", threads->offset, layout->threads.offset);
	check_word(check, "number of thread records", threads->limit, layout->threads.limit);
	check_word(check, "number of slots", samples->slot_count, layout->samples.slot_count);
	check_word(check, "offset of the slots", samples->slots_offset, layout->samples.slots_offset);
	check_word(check, "offset of the samples", samples->arena_offset, layout->samples.arena_offset);
	check_word(check, "limit of the samples", samples->arena_limit_bytes, layout->samples.arena_limit_bytes);
}

static uint64_t lost(const struct region_check *check, enum loss loss)
{
	return atomic_load_explicit(&check->region->losses.events[loss], memory_order_relaxed);
}

static uint64_t holds_lost(const struct region_check *check)
{
	return lost(check, LOSS_HOLDS_REFUSED) + lost(check, LOSS_HOLDS_FULL) + lost(check, LOSS_HOLDS_ELSEWHERE) +
	       lost(check, LOSS_HOLDS_LEFT);
}

/* What is counted as lost has left traces, and the other way round. */
static void check_losses(struct region_check *check)
{
	const struct module *last = &check->region->modules.entries[MODULES_LIMIT - 1];
	bool has_wakers = check->region->header.profiles >> PROFILE_WAKE & 1;

	for (int loss = 0; loss < LOSS_COUNT; loss++) {
		region_check_that(check, lost(check, loss) < COUNTED_MOST, "losses: %llu %s",
				  (unsigned long long)lost(check, loss), losses_words(loss));
		check->summary.losses += lost(check, loss);
	}
	region_check_that(check, check->region->header.hold_rate || holds_lost(check) == 0,
			  "losses: of holds, which are not profiled");
	region_check_that(check, has_wakers || lost(check, LOSS_WAKERS_FULL) + lost(check, LOSS_WAKERS_BUSY) == 0,
			  "losses: of wakes, which are not profiled");
	if (!region_check_is_still(check))
		return;
	region_check_that(
		check, !lost(check, LOSS_MODULES_FULL) || atomic_load_explicit(&last->start, memory_order_relaxed) != 0,
		"losses: the module table is said to have been full, and is not");
	region_check_that(check,
			  !check->is_cut || lost(check, LOSS_STACK_DEEP) + lost(check, LOSS_STACK_NO_RULE) +
							    lost(check, LOSS_STACK_UNREADABLE) +
							    lost(check, LOSS_STACK_NO_ROOM) !=
						    0,
			  "losses: stacks were cut, and none is counted");
}

unsigned region_check(const struct region *region, size_t bytes, enum region_check_state state,
		      void (*fault)(const char *line, void *argument), void *argument,
		      struct region_check_summary *out_summary)
{
	struct region_check check = {.region = region, .state = state, .fault = fault, .argument = argument};

	if (check_kind(&check, bytes)) {
		check.layout = region_layout_of(bytes, region->header.depth);
		check_header(&check);
		check_layout(&check);
		region_check_modules(&check);
		region_check_frame_rules(&check);
		region_check_overhead(&check);
		region_check_governor(&check);
		region_check_reset(&check);
		region_check_locks(&check);
		region_check_labels(&check);
		region_check_threads(&check);
		region_check_waiters(&check);
		region_check_samples(&check);
		check_losses(&check);
	}
	*out_summary = check.summary;
	return check.faults;
}
