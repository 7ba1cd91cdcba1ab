/* SPDX-License-Identifier: MIT */
/* Goal: a stack that is kept is answered for the very stack that it was, whatever differs from it by a single word, and never for one
 * whose walk depended on more than is kept. */
#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include "random.h"
#include "stack_replay.h"

#include "stack_fixture.h"

enum { LEVELS = 6, ROUNDS = 40000, LEAF = 0x1000, THREADS = 128, DEEP_LEVELS = STACK_REPLAY_LOG_WORDS + 8 };

void replay(void);

static struct stack_replays *replays;
static struct kept {
	unsigned depth;
	uint64_t frames[STACK_FRAMES];
} kept[STACK_REPLAYS];
static uint64_t leaf_address = LEAF;
static unsigned hits, misses, wrong, kept_last;

/* The wrapper, as it were: what is kept is compared with a walk; what is not is kept. */
__attribute__((noinline)) void replay(void)
{
	struct stack_origin origin = stack_origin_of(STACK_MARK());
	struct stack_replay *place = stack_replay_find(replays, origin, limits, leaf_address);
	struct kept walked, *mine;

	walked.depth = stack_capture(origin, limits, leaf_address, walked.frames, depth_limit, NULL);
	if (place) {
		mine = &kept[place - replays->places];
		hits++;
		wrong += place->unit != 1 || place->depth != walked.depth || mine->depth != walked.depth ||
			 memcmp(mine->frames, walked.frames, walked.depth * sizeof(*walked.frames)) != 0;
		return;
	}
	misses++;
	place = stack_replay_begin(replays, origin, limits, leaf_address);
	mine = &kept[place - replays->places];
	mine->depth = stack_capture(origin, limits, leaf_address, mine->frames, depth_limit, &place->log);
	stack_replay_end(replays, place);
	stack_replay_keep(replays, place, 1, mine->depth);
	kept_last = place->unit;
}

/* Two calls of the same function from frames of the same size: below, stacks differ in return addresses alone. */
static __attribute__((noinline)) unsigned choose(unsigned path, unsigned levels)
{
	volatile char room[16];

	room[zero] = (char)path;
	if (levels == 0) {
		replay();
		return 1;
	}
	if (path % 2) {
		levels = choose(path / 2, levels - 1);
		__asm__ volatile("" : "+r"(levels) : : "memory");
		return levels + room[zero];
	}
	levels = choose(path / 2, levels - 1);
	__asm__ volatile("" : "+r"(levels) : : "memory");
	return levels + room[zero] + 1;
}

/* A frame that is found by its frame pointer, of a size that varies; what is called from it may lie where it lay before. */
static __attribute__((noinline)) unsigned vary(unsigned path, unsigned bytes)
{
	volatile char *room = __builtin_alloca(bytes + 16 + zero);
	unsigned answer;

	room[0] = 0;
	answer = choose(path, LEVELS);
	return answer + room[0];
}

static __attribute__((noinline)) unsigned vary_twice(unsigned path, unsigned bytes)
{
	volatile char *room = __builtin_alloca(bytes + 16 + zero);
	unsigned answer;

	room[0] = 0;
	answer = vary(path, 64 - bytes);
	return answer + room[0];
}

static void start_afresh(void)
{
	hits = misses = wrong = kept_last = 0;
	memset(replays, 0, sizeof(*replays));
}

/* Threads wait where they waited before, but not always. */
static void stacks_are_told_apart(void)
{
	struct random random;
	unsigned path = 0, bytes = 0;

	start_afresh();
	random_seed(&random, 1, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (random_below(&random, 3) == 0)
			path = random_below(&random, 1 << LEVELS);
		if (random_below(&random, 3) == 0)
			bytes = random_below(&random, 5) * 16;
		leaf_address = LEAF + random_below(&random, 2);
		vary_twice(path, bytes);
	}
	ok(hits > ROUNDS / 10 && misses > ROUNDS / 10, "%u stacks were kept, %u walked", hits, misses);
	is_u64(wrong, 0, "none was taken for another one");
	leaf_address = LEAF;
}

/* Is a stack walked now, and not the next time? From one place in the code, or it would be two stacks. */
static bool is_walked_once(void)
{
	unsigned hits_before = hits, misses_before = misses, hits_after[2];

	for (unsigned i = 0; i < 2 + zero; i++) {
		choose(0, LEVELS);
		hits_after[i] = hits;
	}
	return hits_after[0] == hits_before && hits == hits_before + 1 && misses == misses_before + 1;
}

/* What else the walk depends on. */
static void what_it_depends_on_is_compared(void)
{
	start_afresh();
	ok(is_walked_once(), "a stack is kept when it was walked");
	frame_rules_forget();
	ok(is_walked_once(), "code was unloaded: it is walked again");
	stack_replays_init(THREADS);
	ok(is_walked_once(), "another table of samples: it is walked again");
	limits.low_address -= 4096;
	ok(is_walked_once(), "other limits: it is walked again");
	limits = main_limits;
	is_u64(wrong, 0, "and it is always the right one");
}

static __attribute__((noinline)) unsigned descend_to_replay(unsigned levels)
{
	if (levels == 0)
		replay();
	else
		levels += descend_to_replay(levels - 1);
	return levels + zero;
}

static void replay_in_handler(int signal)
{
	(void)signal;
	replay();
}

static void check_is_never_kept(const char *what)
{
	ok(misses == 2 && hits == 0 && kept_last == 0, "%s: walked each time, %u of %u", what, misses, misses + hits);
}

#ifdef __x86_64__
/* Keeps what it is given in the frame pointer's register; what it calls saves that, and nobody asks for it. */
void replay_with(uint64_t datum);
__asm__(".text\n"
	"replay_with:\n"
	".cfi_startproc\n"
	"push %rbp\n"
	".cfi_def_cfa_offset 16\n"
	".cfi_offset rbp, -16\n"
	"mov %rdi, %rbp\n"
	"call 1f\n"
	"pop %rbp\n"
	".cfi_def_cfa_offset 8\n"
	"ret\n"
	".cfi_endproc\n"
	"1:\n"
	".cfi_startproc\n"
	"push %rbp\n"
	".cfi_def_cfa_offset 16\n"
	".cfi_offset rbp, -16\n"
	"call replay\n"
	"pop %rbp\n"
	".cfi_def_cfa_offset 8\n"
	"ret\n"
	".cfi_endproc\n");

static void data_in_the_register_is_no_matter(void)
{
	start_afresh();
	for (unsigned i = 0; i < 10 + zero; i++)
		replay_with(i);
	ok(misses == 1 && hits == 9 && wrong == 0, "data in the frame pointer's register: walked %u times of ten",
	   misses);
}
#else
static void data_in_the_register_is_no_matter(void)
{
	skip(1, "the frame pointer's register is only that here");
}
#endif

static __attribute__((noinline)) void replay_far_below(void)
{
	volatile char room[UINT16_MAX * sizeof(uint64_t)];

	room[zero] = 0;
	replay();
	zero = room[zero];
}

static void what_is_not_whole_is_not_kept(void)
{
	start_afresh();
	for (unsigned i = 0; i < 2 + zero; i++)
		replay_far_below();
	check_is_never_kept("more stack than a log reaches");

	start_afresh();
	for (unsigned i = 0; i < 2 + zero; i++)
		descend_to_replay(DEEP_LEVELS);
	check_is_never_kept("more words than a log has");

	start_afresh();
	limits = (struct stack_limits){0};
	for (unsigned i = 0; i < 2 + zero; i++)
		descend_to_replay(LEVELS);
	limits = main_limits;
	check_is_never_kept("memory that may go away");

	start_afresh();
	signal(SIGUSR1, replay_in_handler);
	for (unsigned i = 0; i < 2 + zero; i++)
		raise(SIGUSR1);
	check_is_never_kept("a signal handler's stack");
}

static void what_was_cut_is_kept(void)
{
	start_afresh();
	depth_limit = LEVELS;
	for (unsigned i = 0; i < 4 + zero; i++)
		descend_to_replay(2 * LEVELS);
	depth_limit = STACK_FRAMES;
	ok(misses == 1 && hits == 3 && wrong == 0, "a stack that was cut: walked %u times of four", misses);
	ok(replays->places[0].log.is_deep, "and it is known that it was");
}

/* Each round waits in so many places, so many frames deep. */
static void wait_in_turn(unsigned places, unsigned levels)
{
	start_afresh();
	for (unsigned i = 0; i < 10 * places + zero; i++) {
		leaf_address = LEAF + i % places;
		descend_to_replay(levels);
	}
	leaf_address = LEAF;
}

static void deep_stacks_share_the_room(void)
{
	enum { FRAMES_OF_ALL = STACK_REPLAY_WORDS / 2 /* two words at most for each */, FRAMES_OF_FIXTURE = 20 };
	struct random random;

	for (unsigned places = 2; places <= STACK_REPLAYS; places++) {
		wait_in_turn(places, FRAMES_OF_ALL / places - FRAMES_OF_FIXTURE);
		ok(misses == places && wrong == 0, "%u stacks that fit: %u walked, %u kept", places, misses, hits);
	}
	wait_in_turn(STACK_REPLAYS, STACK_REPLAY_LOG_WORDS / 2 - FRAMES_OF_FIXTURE);
	ok(misses > STACK_REPLAYS && wrong == 0, "as many that do not: %u walked, %u kept, none taken for another",
	   misses, hits);

	start_afresh();
	random_seed(&random, 1, 0);
	for (unsigned i = 0; i < ROUNDS / 10; i++)
		descend_to_replay(random_below(&random, 12) * 15);
	ok(hits > misses && misses > ROUNDS / 100 && wrong == 0, "some that do: %u walked, %u kept", misses, hits);
}

/* What cannot be kept does not drive out what is. */
static void what_is_not_kept_takes_no_room(void)
{
	start_afresh();
	for (unsigned i = 0; i < 20 * STACK_REPLAYS + zero; i++)
		descend_to_replay(i % 2 ? LEVELS : DEEP_LEVELS);
	is_u64(hits, 10 * STACK_REPLAYS - 1, "between stacks that are too deep one is kept");
	is_u64(wrong, 0, "as it is");
}

static void threads_have_their_own(void)
{
	struct stack_replays *others[THREADS];
	unsigned count = 0, same = 0;

	for (; count < THREADS && (others[count] = stack_replays_claim()); count++)
		for (unsigned i = 0; i < count; i++)
			same += others[i] == others[count];
	is_u64(count, THREADS - 1, "so many more threads have a place");
	is_u64(same, 0, "each its own");
	stack_replays_give_back(others[7]);
	ok(stack_replays_claim() == others[7], "what one gives back another gets");
	stack_replays_give_back(NULL);
	ok(!stack_replays_claim(), "and then there is none");
	ok(!stack_replay_find(NULL, (struct stack_origin){0}, limits, LEAF), "without, nothing is kept");
	ok(!stack_replay_begin(NULL, (struct stack_origin){0}, limits, LEAF), "nor will be");
}

int main(void)
{
	fixture_init(__builtin_frame_address(0));
	stack_replays_init(THREADS);
	replays = stack_replays_claim();
	if (!ok(replays != NULL, "there is memory for it"))
		return done();
	threads_have_their_own();
	stacks_are_told_apart();
	what_it_depends_on_is_compared();
	data_in_the_register_is_no_matter();
	what_is_not_whole_is_not_kept();
	what_was_cut_is_kept();
	deep_stacks_share_the_room();
	what_is_not_kept_takes_no_room();
	return done();
}
