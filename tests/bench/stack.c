/* SPDX-License-Identifier: MIT */
/* stack: what a stack costs. ns per warm frame and per cold pc for our walk, beside three others on the same stacks.
 *
 * Forty distinct functions call each other, half a dozen frame sizes among them, so that every frame has a rule of its
 * own. In the second set each keeps a frame pointer (it allocates a variable amount of stack): the bare walk needs it.
 * All walks take turns; of ROUNDS turns the median counts.
 *
 * flags: -iquote sampling
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unwind.h>

#include "frame_rule.h"
#include "losses.h"
#include "modules.h"
#include "object.h"
#include "stack.h"

enum {
	DEPTH_LIMIT = 40,
	FRAMES_LIMIT = 128,
	ROUNDS = 21,
	WALKS = 2000,
};

static struct {
	struct modules modules;
	struct frame_rules rules;
	struct losses losses;
	struct stack_limits limits;
	uint64_t frames[FRAMES_LIMIT];
	void *addresses[FRAMES_LIMIT];
	int (*unw_backtrace)(void **addresses, int size);
	void (*body)(void *frame_pointer);
	bool has_frame_pointers;
	volatile unsigned zero;
} bench;

/* clang-format off */
/* Level n calls level n - 1; level 0 runs the body. */
#define LEVEL(set, n, below, prepare)                                                                                  \
	static __attribute__((noinline)) unsigned set##_##n(unsigned sum)                                              \
	{                                                                                                              \
		volatile char room[n % 6 * 24 + 8];                                                                    \
		prepare;                                                                                               \
		room[0] = sum;                                                                                         \
		sum = below(sum + n);                                                                                  \
		return sum + room[0];                                                                                  \
	}
#define TEN_LEVELS(set, tens, below, prepare)                                                                          \
	LEVEL(set, tens##1, below, prepare)                                                                            \
	LEVEL(set, tens##2, set##_##tens##1, prepare)                                                                  \
	LEVEL(set, tens##3, set##_##tens##2, prepare)                                                                  \
	LEVEL(set, tens##4, set##_##tens##3, prepare)                                                                  \
	LEVEL(set, tens##5, set##_##tens##4, prepare)                                                                  \
	LEVEL(set, tens##6, set##_##tens##5, prepare)                                                                  \
	LEVEL(set, tens##7, set##_##tens##6, prepare)                                                                  \
	LEVEL(set, tens##8, set##_##tens##7, prepare)                                                                  \
	LEVEL(set, tens##9, set##_##tens##8, prepare)                                                                  \
	LEVEL(set, tens##10, set##_##tens##9, prepare)

/* clang-format on */

static __attribute__((noinline)) unsigned run_body(unsigned sum)
{
	bench.body((void *)STACK_MARK());
	return sum + 1;
}

#define FRAME_POINTER *(volatile char *)__builtin_alloca(16 + bench.zero) = 0
TEN_LEVELS(plain, 1, run_body, )
TEN_LEVELS(plain, 2, plain_110, )
TEN_LEVELS(plain, 3, plain_210, )
TEN_LEVELS(plain, 4, plain_310, )
TEN_LEVELS(framed, 1, run_body, FRAME_POINTER)
TEN_LEVELS(framed, 2, framed_110, FRAME_POINTER)
TEN_LEVELS(framed, 3, framed_210, FRAME_POINTER)
TEN_LEVELS(framed, 4, framed_310, FRAME_POINTER)

typedef unsigned (*level)(unsigned sum);

/* Each walk returns how many frames it saw. */
static unsigned walk_ours(void *frame_pointer)
{
	return stack_capture(stack_origin_of(frame_pointer), bench.limits, (uint64_t)run_body, bench.frames,
			     FRAMES_LIMIT, NULL);
}

static unsigned walk_ours_cold(void *frame_pointer)
{
	frame_rules_forget();
	return walk_ours(frame_pointer);
}

static unsigned walk_libunwind(void *frame_pointer)
{
	(void)frame_pointer;
	return bench.unw_backtrace(bench.addresses, FRAMES_LIMIT);
}

static _Unwind_Reason_Code count_frame(struct _Unwind_Context *context, void *argument)
{
	unsigned *count = argument;

	bench.addresses[(*count)++] = (void *)_Unwind_GetIP(context);
	return *count == FRAMES_LIMIT ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static unsigned walk_libgcc(void *frame_pointer)
{
	unsigned count = 0;

	(void)frame_pointer;
	_Unwind_Backtrace(count_frame, &count);
	return count;
}

/* Unchecked but for the range, as a profiler does that trusts frame pointers. */
static unsigned walk_frame_pointers(void *frame_pointer)
{
	uint64_t *frame = frame_pointer;
	unsigned count = 0;

	while (count < FRAMES_LIMIT && (uint64_t)frame >= (uint64_t)frame_pointer &&
	       (uint64_t)frame < bench.limits.high_address) {
		bench.addresses[count++] = (void *)frame[1];
		frame = (uint64_t *)frame[0];
	}
	return count;
}

struct walker {
	const char *name;
	unsigned (*walk)(void *frame_pointer);
	unsigned walks;
	double ns[ROUNDS]; /* per walk */
	unsigned frames;
};

static struct walker walkers[] = {
	{.name = "ours, warm", .walk = walk_ours, .walks = WALKS},
	{.name = "ours, every pc cold", .walk = walk_ours_cold, .walks = WALKS / 20},
	{.name = "libunwind unw_backtrace", .walk = walk_libunwind, .walks = WALKS},
	{.name = "libgcc _Unwind_Backtrace", .walk = walk_libgcc, .walks = WALKS / 20},
	{.name = "frame pointers, unchecked", .walk = walk_frame_pointers, .walks = WALKS},
};

enum {
	WALKERS = sizeof(walkers) / sizeof(walkers[0]),
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void measure(void *frame_pointer)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (struct walker *walker = walkers; walker < walkers + WALKERS; walker++) {
			uint64_t begun_ns;

			if ((walker->walk == walk_libunwind && !bench.unw_backtrace) ||
			    (walker->walk == walk_frame_pointers && !bench.has_frame_pointers))
				continue;
			walker->frames = walker->walk(frame_pointer); /* warms what the walker before it used up */
			begun_ns = now_ns();
			for (unsigned i = 0; i < walker->walks; i++)
				walker->walk(frame_pointer);
			walker->ns[round] = (double)(now_ns() - begun_ns) / walker->walks;
		}
	}
}

static int compare(const void *left, const void *right)
{
	double difference = *(const double *)left - *(const double *)right;

	return (difference > 0) - (difference < 0);
}

static void print(const char *set, unsigned depth)
{
	for (struct walker *walker = walkers; walker < walkers + WALKERS; walker++) {
		qsort(walker->ns, ROUNDS, sizeof(walker->ns[0]), compare);
		if (walker->frames)
			printf("%-8s depth %2u  %-26s %8.0f ns per stack, %2u frames, %7.2f ns per frame\n", set, depth,
			       walker->name, walker->ns[ROUNDS / 2], walker->frames,
			       walker->ns[ROUNDS / 2] / walker->frames);
	}
}

int main(void)
{
	const level plain[] = {plain_110, plain_210, plain_410};
	const level framed[] = {framed_110, framed_210, framed_410};
	const unsigned depths[] = {10, 20, 40};
	void *libunwind = dlopen("libunwind.so.8", RTLD_NOW);

	if (libunwind)
		bench.unw_backtrace = (int (*)(void **, int))dlsym(libunwind, "unw_backtrace");
	else
		printf("no libunwind.so.8 here: not compared with it\n");
	bench.limits.low_address = (uint64_t)__builtin_frame_address(0) - (1 << 20);
	bench.limits.high_address = (uint64_t)__builtin_frame_address(0) + 256;
	losses_init(&bench.losses);
	object_init(_dl_find_object);
	modules_init(&bench.modules, "/proc/self/exe");
	frame_rules_init(&bench.rules);
	bench.body = measure;
	for (unsigned i = 0; i < 3; i++) {
		plain[i](0);
		print("plain", depths[i]);
	}
	bench.has_frame_pointers = true;
	for (unsigned i = 0; i < 3; i++) {
		framed[i](0);
		print("framed", depths[i]);
	}
	return 0;
}
