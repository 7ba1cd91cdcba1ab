/* SPDX-License-Identifier: MIT */
/* Goal: a stack is what libgcc's unwinder says it is, whatever the frames look like; and where it ends early it says
 * so. */
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "signal_return.h"
#include "stack_fixture.h"

enum {
	COROUTINE_BYTES = 262144,
	RACE_THREADS = 4,
	RACE_ROUNDS = 300,
};

static int nothing;

/* Frames of all shapes, each calling the next. */
static __attribute__((noinline)) void shape_plain(void)
{
	capture();
	zero = 0;
}

static __attribute__((noinline)) void shape_large(void)
{
	volatile char room[100000];

	room[zero] = 0;
	shape_plain();
	zero = room[zero];
}

static __attribute__((noinline)) void shape_variable(void)
{
	volatile char *room = __builtin_alloca(100 + zero);

	room[0] = 0;
	shape_large();
	room[0] = 0;
}

static __attribute__((noinline)) void shape_aligned(void)
{
	volatile char room[64] __attribute__((aligned(64)));

	room[zero] = 0;
	shape_variable();
	zero = room[zero];
}

static __attribute__((noinline)) void shape_aligned_variable(void)
{
	volatile char room[64] __attribute__((aligned(128)));
	volatile char *more = __builtin_alloca(100 + zero);

	room[zero] = more[0] = 0;
	shape_aligned();
	zero = room[zero] + more[0];
}

static __attribute__((noinline)) unsigned shape_many_registers(unsigned a, unsigned b, unsigned c)
{
	unsigned d = a * b, e = b * c, f = c * a, g = a + zero, h = b + zero;

	shape_aligned_variable();
	return a + b + c + d + e + f + g + h;
}

static __attribute__((noinline)) unsigned shape_many_arguments(unsigned a, unsigned b, unsigned c, unsigned d,
							       unsigned e, unsigned f, unsigned g, unsigned h,
							       unsigned i)
{
	return shape_many_registers(a, b, c) + d + e + f + g + h + i;
}

static void call_all_shapes(void)
{
	zero = shape_many_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9) * 0;
}

static bool captured;

static int compare_and_capture(const void *left, const void *right)
{
	if (!captured)
		call_all_shapes();
	captured = true;
	return *(const int *)left - *(const int *)right;
}

static void walk_node_and_capture(const void *node, VISIT visit, int depth)
{
	(void)node, (void)visit, (void)depth;
	call_all_shapes();
}

static void check_shapes(void)
{
	int numbers[100];
	void *root = NULL;

	for (unsigned i = 0; i < 100; i++)
		numbers[i] = 100 - i;
	call_all_shapes();
	check_whole(10, "all shapes");
	qsort(numbers, 100, sizeof(numbers[0]), compare_and_capture);
	check_whole(12, "all shapes in qsort");
	tsearch(&nothing, &root, compare_and_capture);
	twalk(root, walk_node_and_capture);
	tdelete(&nothing, &root, compare_and_capture);
	check_whole(12, "all shapes in twalk");
	limits = (struct stack_limits){0};
	call_all_shapes();
	check_whole(10, "without limits: by asking the kernel");
	limits = main_limits;
}

static void check_depth(void)
{
	unsigned whole;
	uint64_t before;

	descend(50);
	whole = stacks.count;
	check_whole(50, "fifty levels");
	depth_limit = whole;
	descend(50);
	check_whole(50, "a limit that is just enough");
	for (unsigned limit = 2; limit < whole; limit += 11) {
		before = loss_count(LOSS_STACK_DEEP);
		depth_limit = limit;
		descend(50);
		check_cut(limit, before, LOSS_STACK_DEEP, "too deep");
		ok(is_as_expected(limit - 1), "what is there is right");
	}
	depth_limit = STACK_FRAMES;
}

/* Threads: their outermost frame is in libc. */
static void *thread_body(void *argument)
{
	(void)argument;
	call_all_shapes();
	check_whole(9, "in a thread");
	return NULL;
}

static void check_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_body, NULL);
	pthread_join(thread, NULL);
}

/* Signals: on the same stack, on another one, and in code that does not call. */
static void handle(int signal)
{
	(void)signal;
	call_all_shapes();
}

static uint64_t is_signal_seen(void)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < stacks.count; i++)
		seen += is_signal_frame(stacks.ours[i]);
	return seen;
}

static void check_signals(void)
{
	stack_t alternate = {.ss_sp = malloc(65536 * 4), .ss_size = 65536 * 4};
	struct sigaction action = {.sa_handler = handle};

	signal_return_by_object(&action);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	check_whole(14, "in a signal handler");
	is_u64(is_signal_seen(), 1, "through one signal frame");
	sigaltstack(&alternate, NULL);
	action.sa_flags |= SA_ONSTACK;
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	check_whole(14, "in a signal handler on its own stack");
	is_u64(is_signal_seen(), 1, "and back to the first stack");
	alternate.ss_flags = SS_DISABLE;
	sigaltstack(&alternate, NULL);
	free(alternate.ss_sp);
}

/* Instructions that trap with the stack and frame pointers in the middle of their work. */
#include "stack_traps.h"

static struct {
	unsigned traps;
	unsigned right;
} trapped;

static void handle_trap(int signal, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	(void)signal, (void)info;
	capture();
	trapped.traps++;
	trapped.right += stacks.count == stacks.expected_count && is_as_expected(stacks.count);
	trap_pass(interrupted);
}

static void check_exact_addresses(void)
{
	struct sigaction action = {.sa_sigaction = handle_trap, .sa_flags = SA_SIGINFO};
	struct sigaction before;

	signal_return_by_object(&action);
	sigaction(SIGILL, &action, &before);
	trap_early();
	sigaction(SIGILL, &before, NULL);
	is_u64(trapped.traps, TRAPS, "interrupted at every stage of a prologue");
	is_u64(trapped.right, TRAPS, "each time right");
}

/* Coroutines. */
static ucontext_t outside, inside;

static int compare_and_capture_again(const void *left, const void *right)
{
	capture();
	return *(const int *)left - *(const int *)right;
}

static void coroutine(void)
{
	int numbers[] = {2, 1};

	qsort(numbers, 2, sizeof(numbers[0]), compare_and_capture_again);
}

/* With stack_init, which learns where coroutines begin, and drops the frames of this program. */
static void check_coroutine(void)
{
	uint64_t before = loss_count(LOSS_STACK_UNREADABLE) + loss_count(LOSS_STACK_NO_RULE);

	getcontext(&inside);
	inside.uc_stack.ss_size = COROUTINE_BYTES;
	inside.uc_stack.ss_sp = malloc(COROUTINE_BYTES);
	inside.uc_link = &outside;
	makecontext(&inside, coroutine, 0);
	swapcontext(&outside, &inside);
	ok(stacks.count >= 4 && stacks.count < stacks.expected_count, "a coroutine: the leaf and libc's %u frames",
	   stacks.count - 1);
	is_u64(frame_address(stacks.ours[stacks.count - 1]), stacks.expected[stacks.expected_count - 1],
	       "down to the place where coroutines begin");
	is_u64(loss_count(LOSS_STACK_UNREADABLE) + loss_count(LOSS_STACK_NO_RULE) - before, 0, "it ends where it ends");
	free(inside.uc_stack.ss_sp);
}

/* Code that is unloaded, and other code in its place. */
static void *load_plugin(const char *name)
{
	char path[PATH_MAX];
	ssize_t bytes = readlink("/proc/self/exe", path, sizeof(path) - 64);

	path[bytes < 0 ? 0 : bytes] = 0;
	strcat(dirname(path), name);
	return dlopen(path, RTLD_NOW);
}

static uint64_t call_plugin(const char *name, uint64_t *out_frame)
{
	void *plugin = load_plugin(name);
	void (*call)(void (*body)(void)) = plugin ? (void (*)(void (*)(void)))dlsym(plugin, "plugin_call") : NULL;

	if (!ok(call != NULL, "%s is loaded", name))
		return 0;
	call(capture);
	check_whole(6, name);
	*out_frame = stacks.ours[2];
	dlclose(plugin);
	modules_forget_unloaded();
	frame_rules_forget();
	return (uint64_t)call;
}

static void check_plugins(void)
{
	uint64_t deep_frame = 0, shallow_frame = 0, again_frame = 0;
	uint64_t deep = call_plugin("/stack_plugin_deep.so", &deep_frame);
	uint64_t shallow = call_plugin("/stack_plugin_shallow.so", &shallow_frame);

	is_u64(deep, shallow, "the second plug-in lies where the first one lay");
	ok(frame_module(deep_frame) != frame_module(shallow_frame), "the frames tell them apart");
	is_u64(modules.entries[frame_module(deep_frame)].retired, 1, "the first is known to be gone");
	call_plugin("/stack_plugin_deep.so", &again_frame);
	ok(frame_module(again_frame) > frame_module(shallow_frame), "and is a new object when it comes back");
}

/* All threads learn at once, and walk while others learn. */
static void race_thread(unsigned number, void *argument)
{
	_Atomic unsigned *wrong = argument;

	for (unsigned round = 0; round < RACE_ROUNDS; round++) {
		descend(number + round % 20);
		if (stacks.count != stacks.expected_count || !is_as_expected(stacks.count))
			atomic_fetch_add_explicit(wrong, 1, memory_order_relaxed);
		if (number == 0 && round % 16 == 0)
			frame_rules_forget();
	}
}

static void check_race(void)
{
	_Atomic unsigned wrong = 0;

	frame_rules_forget();
	t_run(RACE_THREADS, race_thread, &wrong);
	is_u64(wrong, 0, "%u stacks in %u threads at once", RACE_THREADS * RACE_ROUNDS, RACE_THREADS);
}

/* Our own frames: with stack_init all of this program is ours. Last, because it stays so. */
static void check_own_frames(void)
{
	int numbers[] = {2, 1};
	unsigned in_program = 0;

	stack_init();
	qsort(numbers, 2, sizeof(numbers[0]), compare_and_capture_again);
	for (unsigned i = 1; i < stacks.count; i++)
		in_program += frame_module(stacks.ours[i]) == frame_module(stacks.ours[0]);
	is_u64(in_program, 0, "none of our own frames is there but the leaf");
	ok(stacks.count >= 4 && stacks.count < stacks.expected_count, "but libc's are: %u", stacks.count);
}

int main(void)
{
	fixture_init(__builtin_frame_address(0));
	check_shapes();
	check_depth();
	check_thread();
	check_signals();
	check_exact_addresses();
	check_plugins();
	check_race();
	check_own_frames();
	check_coroutine();
	return done();
}
