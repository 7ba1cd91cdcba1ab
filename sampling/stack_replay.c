/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "frame_rule.h"
#include "kernel.h"
#include "stack_replay.h"

enum { ERRORS = 4096, WORD_BITS = 64 };

_Static_assert(sizeof(struct stack_replays) <= STACK_REPLAY_BYTES, "a thread has so much");
_Static_assert(STACK_REPLAY_WORDS >= 2 * STACK_REPLAY_LOG_WORDS, "the longest do not drive each other out");

/* One thread's. */
union pages {
	struct stack_replays replays;
	char bytes[STACK_REPLAY_BYTES];
};

static struct {
	union pages *pages;
	uint32_t words; /* of `taken` that count; one bit a page */
	uint64_t
		tables; /* sample tables so far; what is kept belongs to one of them. Below the generation of the rules */
	_Atomic uint64_t taken[STACK_REPLAY_THREADS / WORD_BITS];
} replays;

/* Without huge pages, of which each thread's first stack would take one. */
static union pages *map(size_t bytes)
{
	long result = KERNEL_CALL(mmap, NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (result < 0 && result > -ERRORS)
		return NULL;
	KERNEL_CALL(madvise, result, bytes, MADV_NOHUGEPAGE);
	return (union pages *)result;
}

void stack_replays_init(uint32_t threads)
{
	uint32_t words = (threads + WORD_BITS - 1) / WORD_BITS;

	replays.tables++;
	for (uint32_t i = 0; i < replays.words; i++)
		atomic_store_explicit(&replays.taken[i], 0, memory_order_relaxed);
	if (replays.pages)
		return;
	if (words > STACK_REPLAY_THREADS / WORD_BITS)
		words = STACK_REPLAY_THREADS / WORD_BITS;
	replays.pages = map((size_t)words * WORD_BITS * sizeof(union pages));
	replays.words = replays.pages ? words : 0;
}

/* The first that is free, so that few are ever touched. */
struct stack_replays *stack_replays_claim(void)
{
	for (uint32_t i = 0; i < replays.words; i++) {
		uint64_t taken = atomic_load_explicit(&replays.taken[i], memory_order_relaxed);

		while (~taken) {
			uint32_t bit = (uint32_t)__builtin_ctzll(~taken);

			/* Acquire: what the owner before wrote there was written before. */
			if (atomic_compare_exchange_weak_explicit(&replays.taken[i], &taken, taken | UINT64_C(1) << bit,
								  memory_order_acquire, memory_order_relaxed))
				return &replays.pages[i * WORD_BITS + bit].replays;
		}
	}
	return NULL;
}

void stack_replays_give_back(struct stack_replays *of_thread)
{
	uint32_t number;

	if (!of_thread)
		return;
	number = (uint32_t)((union pages *)of_thread - replays.pages);
	/* Partner: the acquire of stack_replays_claim. */
	atomic_fetch_and_explicit(&replays.taken[number / WORD_BITS], ~(UINT64_C(1) << number % WORD_BITS),
				  memory_order_release);
}

static uint64_t generation_now(void)
{
	return frame_rules_view().generation | replays.tables;
}

static uint32_t key_of(struct stack_origin origin, uint64_t leaf_address)
{
	return ((origin.pc ^ leaf_address << 16) + origin.sp) * FRAME_RULES_HASH >> 32;
}

static bool begins_alike(const struct stack_replay *place, struct stack_origin origin, struct stack_limits limits,
			 uint64_t leaf_address)
{
	return place->origin.sp == origin.sp && place->origin.pc == origin.pc &&
	       (place->origin.bp == origin.bp || !place->log.used_bp) && place->leaf_address == leaf_address &&
	       place->limits.low_address == limits.low_address && place->limits.high_address == limits.high_address;
}

/* All at once: nearly always they are as they were. A sanitizer knows nothing of frames that it did not lay out. */
static __attribute__((no_sanitize("address", "thread"))) bool reads_alike(const struct stack_log *log)
{
	uint64_t differences = 0;

	for (uint32_t i = 0; i < log->count; i++)
		differences |= log->words[i] ^ ((const volatile uint64_t *)log->low)[log->offsets[i]];
	return differences == 0;
}

static bool has_its_words(const struct stack_replays *of_thread, const struct stack_replay *place)
{
	return of_thread->written - place->begin <= STACK_REPLAY_WORDS;
}

struct stack_replay *stack_replay_find(struct stack_replays *of_thread, struct stack_origin origin,
				       struct stack_limits limits, uint64_t leaf_address)
{
	uint32_t key = key_of(origin, leaf_address);
	uint64_t generation = generation_now();

	for (unsigned i = 0; of_thread && i < STACK_REPLAYS; i++) {
		struct stack_replay *place = &of_thread->places[i];

		if (of_thread->keys[i] == key && place->unit && begins_alike(place, origin, limits, leaf_address) &&
		    place->generation == generation && has_its_words(of_thread, place) && reads_alike(&place->log))
			return place;
	}
	return NULL;
}

struct stack_replay *stack_replay_begin(struct stack_replays *of_thread, struct stack_origin origin,
					struct stack_limits limits, uint64_t leaf_address)
{
	struct stack_replay *place;
	uint32_t number, at;

	if (!of_thread)
		return NULL;
	number = of_thread->next % STACK_REPLAYS;
	at = of_thread->kept % STACK_REPLAY_WORDS;
	of_thread->keys[number] = key_of(origin, leaf_address);
	place = &of_thread->places[number];
	*place = (struct stack_replay){
		.generation = generation_now(),
		.origin = origin,
		.limits = limits,
		.leaf_address = leaf_address,
		.begin = of_thread->kept,
		.log = {.words = &of_thread->words[at],
			.offsets = &of_thread->offsets[at],
			.limit = at + STACK_REPLAY_LOG_WORDS < STACK_REPLAY_WORDS ? STACK_REPLAY_LOG_WORDS
										  : STACK_REPLAY_WORDS - at},
	};
	return place;
}

/* What the end of the room has cut short begins at its beginning the next time. */
void stack_replay_end(struct stack_replays *of_thread, const struct stack_replay *place)
{
	const struct stack_log *log = &place->log;
	uint64_t end = place->begin + log->count;

	if (end > of_thread->written)
		of_thread->written = end;
	if (!log->is_whole && log->count == log->limit && log->limit < STACK_REPLAY_LOG_WORDS)
		of_thread->kept = end;
}

/* One that cannot be kept leaves its place and its words to the next. */
void stack_replay_keep(struct stack_replays *of_thread, struct stack_replay *place, uint32_t unit, unsigned depth)
{
	if (!place->log.is_whole)
		return;
	if (!place->unit) {
		of_thread->next++;
		of_thread->kept = place->begin + place->log.count;
	}
	place->unit = unit;
	place->depth = depth;
}
