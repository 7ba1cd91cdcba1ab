/* SPDX-License-Identifier: MIT */
/* Goal: the stack that another thread takes of a wait in progress is the one that its own thread would have taken, whatever stack it
 * waits on; and nothing is unloaded meanwhile.
 * limit: 60
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "late_stacks.h"
#include "real_region.h"
#include "signal_return.h"
#include "stack.h"
#include "unloading.h"

enum { FRAMES = 40, STACK_BYTES = 65536 };

static uint64_t frames[FRAMES];
static unsigned depth;
static const struct thread *record;
static _Atomic unsigned waiting, released;
static int file = -1;

/* A wrapper whose thread notes its own stack, and says which record is its own. */
static __attribute__((noinline)) void wait_here(void)
{
	struct record_wait wait = {.site = real_region_site(WAIT_RECV, NULL, STACK_MARK())};
	unsigned turn = atomic_load(&released) + 1;
	struct thread *self;

	wait.site.file = file;
	real_region_begin(&wait);
	self = thread_enter();
	record = self;
	depth = stack_capture(stack_origin_of(wait.site.frame_pointer), self->stack, wait.site.leaf_address, frames,
			      REAL_REGION_DEPTH, NULL);
	thread_leave(self);
	atomic_fetch_add(&waiting, 1);
	t_await(&released, turn);
	real_region_end(&wait);
}

static __attribute__((noinline)) void wait_below(unsigned levels, unsigned bytes)
{
	volatile char room[bytes + 1];

	room[bytes] = room[0] = 0;
	if (levels == 0)
		wait_here();
	else
		wait_below(levels - 1, bytes);
	room[0] = room[bytes];
}

static void wait_in_plain_frames(void)
{
	wait_below(3, 100);
}

static void wait_below_large_frames(void)
{
	wait_below(3, 20000);
}

static void wait_too_deep(void)
{
	wait_below(2 * REAL_REGION_DEPTH, 10);
}

static void handle(int signal)
{
	(void)signal;
	wait_below(2, 100);
}

static void wait_on_signal_stack(void)
{
	static char memory[STACK_BYTES];
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};

	signal_return_by_object(&action);
	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
}

static void run_coroutine(void)
{
	wait_below(2, 100);
}

static void wait_in_coroutine(void)
{
	static char memory[STACK_BYTES];
	ucontext_t here, coroutine;

	getcontext(&coroutine);
	coroutine.uc_stack = (stack_t){.ss_sp = memory, .ss_size = sizeof(memory)};
	coroutine.uc_link = &here;
	makecontext(&coroutine, run_coroutine, 0);
	swapcontext(&here, &coroutine);
}

static const struct {
	void (*wait)(void);
	const char *words;
} ways[] = {
	{wait_in_plain_frames, "plain frames"},
	{wait_below_large_frames, "frames larger than pages"},
	{wait_too_deep, "more frames than are kept"},
	{wait_on_signal_stack, "a signal handler's stack, and the one that it interrupted"},
	{wait_in_coroutine, "a coroutine's stack"},
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static void *wait_every_way(void *unused)
{
	pthread_attr_t attributes;
	void *low;
	size_t bytes;

	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getstack(&attributes, &low, &bytes);
	pthread_attr_destroy(&attributes);
	thread_set_stack((struct stack_limits){.low_address = (uint64_t)low, .high_address = (uint64_t)low + bytes});
	for (unsigned i = 0; i < WAYS; i++)
		ways[i].wait();
	file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	wait_in_plain_frames();
	atomic_fetch_add(&waiting, 1);
	for (;;) /* as the threads of real_region */
		pause();
	return unused;
}

/* Of the wait that is old enough by then. */
static const struct sample *take_late(void)
{
	uint32_t unit;

	t_sleep_ms(2);
	late_stacks_take();
	unit = thread_wait_unit(&record->waits[record->wait_depth - 1]);
	return unit ? sample_table_at(unit) : NULL;
}

static void stacks_are_the_same(void)
{
	for (unsigned i = 0; i < WAYS; i++) {
		const struct sample *sample;

		if (!ok(t_await(&waiting, i + 1), "%s: it waits", ways[i].words))
			return;
		sample = take_late();
		if (ok(sample != NULL, "%s: it is found", ways[i].words)) {
			is_u64(sample->depth, depth, "%s: as many frames", ways[i].words);
			ok(sample->depth == depth && memcmp(sample->frames, frames, depth * sizeof(*frames)) == 0,
			   "%s: the same frames", ways[i].words);
			ok(sample->profile == PROFILE_BLOCK && sample->kind == WAIT_RECV, "%s: of its kind",
			   ways[i].words);
		}
		atomic_fetch_add(&released, 1);
	}
}

static void descriptors_have_types(void)
{
	const struct sample *sample;

	ok(t_await(&waiting, WAYS + 1), "it waits for a descriptor");
	sample = take_late();
	ok(sample && sample->file_type == FILE_TYPE_DEVICE, "whose type is found out");
	atomic_fetch_add(&released, 1);
	t_await(&waiting, WAYS + 2);
	is_u64(sample_read(sample).count, SAMPLER_COUNT_ONE, "and its end is added there");
}

/* Code that is being unloaded is not looked at, and what is looked at is not unloaded. */

static _Atomic unsigned unloaded;

static void *unload(void *unused)
{
	unloading_begin();
	atomic_fetch_add(&unloaded, 1);
	unloading_end();
	return unused;
}

static void nothing_is_unloaded_meanwhile(void)
{
	pthread_t thread;

	unloading_begin();
	ok(!unloading_hold(), "while something is unloaded nobody looks");
	unloading_end();
	ok(unloading_hold(), "afterwards somebody does");
	pthread_create(&thread, NULL, unload, NULL);
	t_sleep_ms(50);
	is_u64(atomic_load(&unloaded), 0, "then unloading waits");
	unloading_let_go();
	pthread_join(thread, NULL);
	is_u64(atomic_load(&unloaded), 1, "until that is over");
}

/* Its parent's looking is none of the child's. */
static void children_unload(void)
{
	int status = -1;
	pid_t child;

	unloading_hold();
	child = fork();
	if (child == 0) {
		alarm(10);
		unloading_begin();
		_exit(0);
	}
	waitpid(child, &status, 0);
	is_u64((uint64_t)status, 0, "a child that is made meanwhile does not wait");
	unloading_let_go();
}

int main(void)
{
	struct region_file region = real_region_take();
	pthread_t thread;

	children_unload();
	stack_init();
	record_set_block_rate_ns(10);
	atomic_store(&record_knobs.early_ticks, 0); /* no stack is taken beforehand, and all waits are kept */
	pthread_create(&thread, NULL, wait_every_way, NULL);
	pthread_detach(thread);
	stacks_are_the_same();
	descriptors_have_types();
	nothing_is_unloaded_meanwhile();
	region_file_free(&region);
	return done();
}
