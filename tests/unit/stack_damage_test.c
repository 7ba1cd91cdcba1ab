/* SPDX-License-Identifier: MIT */
/* Goal: wrong unwind information, random stacks and stacks that are nearly full end a walk early, with a mark and a
 * named loss; nothing faults, and nothing is written where there is no room. */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stack_fixture.h"

/* Information that is missing or lies, and frames that were destroyed. call_X runs `body`. */
#include "stack_damage_code.h"
extern void call_silent(void (*body)(void));
extern void call_lying(void (*body)(void));
extern void call_random_bp(void (*body)(void));
extern void call_null_bp(void (*body)(void));
extern void call_downward(void (*body)(void));

/* Without libgcc, which reads whatever wrong information points to. */
static __attribute__((noinline)) void capture_ours(void)
{
	stacks.count =
		stack_capture(stack_origin_of(STACK_MARK()), limits, (uint64_t)capture, stacks.ours, depth_limit, NULL);
}

static void check_wrong_information(void)
{
	static const struct {
		const char *name;
		void (*call)(void (*body)(void));
		enum loss loss;
	} cases[] = {
		{"no information", call_silent, LOSS_STACK_NO_RULE},
		{"a frame larger than the stack", call_lying, LOSS_STACK_UNREADABLE},
		{"a random frame pointer", call_random_bp, LOSS_STACK_UNREADABLE},
		{"no frame pointer", call_null_bp, LOSS_STACK_UNREADABLE},
		{"a frame below its callee", call_downward, LOSS_STACK_UNREADABLE},
	};

	for (unsigned i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned which = i / 2;
		uint64_t before = loss_count(cases[which].loss);

		limits = i % 2 ? main_limits : (struct stack_limits){0};
		cases[which].call(capture_ours);
		/* Without limits, a large step may land in memory that is readable, and find no code there. */
		if (cases[which].call == call_lying && loss_count(LOSS_STACK_UNREADABLE) == before) {
			ok(i % 2 == 0 && stacks.count <= 4, "%s: ends soon", cases[which].name);
			continue;
		}
		check_cut(3, before, cases[which].loss, cases[which].name);
	}
	limits = main_limits;
}

/* Made at run time, and known to nobody. */
static void (*make_code(void))(void (*body)(void))
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(page, made_code, sizeof(made_code));
	__builtin___clear_cache(page, page + sizeof(made_code));
	return (void (*)(void (*)(void)))(void *)page;
}

static void (*caller)(void (*body)(void));
static uint64_t least_ns;

static void capture_and_time(void)
{
	uint64_t since_ns = t_now_ns(), ns;

	capture_ours();
	ns = t_now_ns() - since_ns;
	least_ns = ns < least_ns ? ns : least_ns;
}

static __attribute__((noinline)) unsigned descend_and_call(unsigned levels)
{
	if (levels == 0)
		caller(capture_and_time);
	else
		levels += descend_and_call(levels - 1);
	return levels + zero;
}

/* What a walk costs that fails, however often, is less than what it costs to go on: it ends there and is not tried again. The
 * least of many times is that of a walk which nothing interrupted. */
static void check_cost(void)
{
	enum { WALKS = 2000, DEPTH = 100, MOST_NS = 50000 };
	void (*const callers[])(void (*)(void)) = {call_silent, call_random_bp, make_code()};
	static const char *const names[] = {"assembler", "a random frame pointer", "code made at run time"};

	for (unsigned i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		caller = callers[i];
		least_ns = UINT64_MAX;
		for (unsigned walk = 0; walk < WALKS; walk++)
			descend_and_call(DEPTH);
		is_u64(stacks.count, 4, "%s: the walk ends there", names[i]);
		ok(least_ns < MOST_NS, "%s: in %lu ns", names[i], least_ns);
	}
}

/* Stacks full of random words: whatever is believed of them, no read may fault, and the walk ends. */
static void check_random_stacks(void)
{
	enum { WORDS = 1024, STACKS = 3000 };
	uint64_t *memory = mmap(NULL, 3 * WORDS * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *words = memory + WORDS;
	unsigned longest = 0;

	mprotect(memory, WORDS * 8, PROT_NONE);
	mprotect(memory + 2 * WORDS, WORDS * 8, PROT_NONE);
	descend(20);
	srandom(1);
	for (unsigned round = 0; round < STACKS; round++) {
		struct stack_origin origin = {.sp = (uint64_t)(words + random() % WORDS),
					      .bp = (uint64_t)words + random() % (WORDS * 8)};
		unsigned count;

		for (unsigned i = 0; i < WORDS; i++)
			words[i] = random() % 2 ? stacks.expected[1 + random() % 20] + 1
						: (uint64_t)words + random() % (WORDS * 8);
		origin.pc = stacks.expected[1 + random() % 20] + 1;
		count = stack_capture(origin, (struct stack_limits){0}, (uint64_t)capture, stacks.ours, STACK_FRAMES,
				      NULL);
		longest = count > longest ? count : longest;
	}
	ok(longest > 4 && longest < STACK_FRAMES, "%u stacks of random words, the longest of %u frames", STACKS,
	   longest);
	munmap(memory, 3 * WORDS * 8);
}

/* Little room on the stack that we run on. */
static void check_room(void)
{
	struct stack_limits whole = limits;
	uint64_t before;

	frame_rules_forget();
	limits.low_address = (uint64_t)__builtin_frame_address(0) - 2048;
	before = loss_count(LOSS_STACK_NO_ROOM);
	capture_ours();
	check_cut(2, before, LOSS_STACK_NO_ROOM, "no room to learn");
	limits.low_address = (uint64_t)__builtin_frame_address(0) + 8192;
	before = loss_count(LOSS_STACK_NO_ROOM);
	capture_ours();
	check_cut(2, before, LOSS_STACK_NO_ROOM, "below limits that claim too little");
	limits = whole;
	for (unsigned round = 0; round < 2 + zero; round++) {
		descend(3);
		limits.low_address = (uint64_t)__builtin_frame_address(0) - 2048;
	}
	check_whole(5, "no room, nothing to learn");
	limits = whole;
}

/* A handler on the smallest stack there can be. */
static void handle_small(int signal)
{
	(void)signal;
	capture_ours();
}

#ifndef __SANITIZE_THREAD__
static void check_small_alternate_stack(void)
{
	uint64_t bytes = sysconf(_SC_MINSIGSTKSZ) + 2048;
	char *memory = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t alternate = {.ss_sp = memory + 65536 - bytes, .ss_size = bytes};
	struct sigaction action = {.sa_handler = handle_small, .sa_flags = SA_ONSTACK};
	uint64_t before = loss_count(LOSS_STACK_NO_ROOM);
	unsigned untouched = 0;

	frame_rules_forget();
	sigaltstack(&alternate, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	check_cut(2, before, LOSS_STACK_NO_ROOM, "the smallest alternate stack");
	while (untouched < 65536 - bytes && !memory[untouched])
		untouched++;
	is_u64(untouched, 65536 - bytes, "nothing below it was touched");
	alternate.ss_flags = SS_DISABLE;
	sigaltstack(&alternate, NULL);
	munmap(memory, 65536);
}
/* Inside known limits: in a process that would be killed for any system call but exit. */
static void check_system_calls(void)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
			syscall(SYS_exit, 77);
		frame_rules_forget();
		capture_ours();
		capture_ours();
		syscall(SYS_exit, stacks.ours[stacks.count - 1] >> FRAME_ADDRESS_BITS == FRAME_MODULE_PSEUDO);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(1, "this kernel has no seccomp");
	else
		is_u64(status, 0, "a cold and a warm stack without a system call");
}
#else
static void check_small_alternate_stack(void)
{
	(void)handle_small;
	skip(4, "this sanitizer runs handlers in frames of its own");
}

static void check_system_calls(void)
{
	skip(1, "this sanitizer makes system calls of its own");
}
#endif

/* Probing fails all the time, and nobody must see that. */
static void check_errno(void)
{
	limits = (struct stack_limits){0};
	errno = 12345;
	frame_rules_forget();
	call_random_bp(capture_ours);
	is_u64(errno, 12345, "errno stays");
	limits = main_limits;
}

int main(void)
{
	fixture_init(__builtin_frame_address(0));
	check_wrong_information();
	check_cost();
	check_random_stacks();
	check_room();
	check_small_alternate_stack();
	check_system_calls();
	check_errno();
	return done();
}
