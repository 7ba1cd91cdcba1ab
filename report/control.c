/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "control.h"
#include "held_locks.h"
#include "kernel.h"
#include "late_stacks.h"
#include "libc_versions.h"
#include "own_descriptors.h"
#include "own_stack.h"
#include "thread.h"
#include "wish.h"

static struct {
	control_dump_function *dump;
	_Atomic uint32_t requested; /* requests so far */
	_Atomic uint32_t served;    /* of them, when the last dump began */
	_Atomic uint32_t dumper;    /* tid of the thread that dumps; 0: nobody. Others wait here. */
	_Atomic bool has_helper;
	_Atomic bool is_silent;    /* no system call may be made */
	_Atomic bool is_stoppable; /* there is a helper; who takes this flag back ends it */
	_Atomic bool is_stopping;  /* the helper shall end */
	_Atomic uint32_t is_ready; /* the helper has made its first system calls; its creator waits here */
	pthread_t helper;
} control;

static uint32_t my_tid(void)
{
	return KERNEL_CALL(gettid);
}

static bool acquire_now(void)
{
	uint32_t nobody = 0;

	/* Pairs with the release in release(). */
	return atomic_compare_exchange_strong_explicit(&control.dumper, &nobody, my_tid(), memory_order_acquire,
						       memory_order_relaxed);
}

/* False if this thread is the one that dumps. */
static bool acquire(void)
{
	while (!acquire_now()) {
		uint32_t dumper = atomic_load_explicit(&control.dumper, memory_order_relaxed);

		if (dumper == my_tid())
			return false;
		if (dumper)
			KERNEL_CALL(futex, &control.dumper, FUTEX_WAIT_PRIVATE, dumper, NULL);
	}
	return true;
}

static void release(void)
{
	atomic_store_explicit(&control.dumper, 0, memory_order_release);
	KERNEL_CALL(futex, &control.dumper, FUTEX_WAKE_PRIVATE, INT_MAX);
}

/* Serves all requests there are, if it writes where they want it. Whoever dumps calls it. */
static int dump_muted(const char *pattern)
{
	uint32_t muted = thread_mute();
	int error;

	if (!pattern)
		atomic_store_explicit(&control.served, atomic_load_explicit(&control.requested, memory_order_relaxed),
				      memory_order_relaxed);
	error = own_stack_run(control.dump, pattern);
	thread_unmute(muted);
	return error;
}

static bool is_request_pending(void)
{
	return atomic_load(&control.requested) != atomic_load(&control.served);
}

/* A handler that finds a dump under way leaves its request to that thread, which looks again after its release. */
static void serve_in_handler(void)
{
	while (is_request_pending() && acquire_now()) {
		(void)dump_muted(NULL); /* it says itself what went wrong */
		release();
	}
}

/* 0, or what went wrong last. The dump that was waited for may have served all requests. */
static int serve(void)
{
	int error = 0;

	while (is_request_pending() && acquire()) {
		if (is_request_pending())
			error = dump_muted(NULL);
		release();
	}
	return error;
}

/* Only when there is something to do, because a sandbox that came with the process may not like the call. */
static void serve_apart(void)
{
	if (is_request_pending())
		own_descriptors_separate();
	serve();
}

static void wake_helper(void)
{
	atomic_fetch_add(&wish_words->wakes, 1);
	KERNEL_CALL(futex, &wish_words->wakes, FUTEX_WAKE, 1);
}

static void on_signal(int signal)
{
	int saved_errno = errno;

	(void)signal;
	if (atomic_load_explicit(&control.is_silent, memory_order_relaxed))
		return;
	if (wish_grant_here())
		return;
	atomic_fetch_add(&control.requested, 1);
	if (atomic_load_explicit(&control.has_helper, memory_order_relaxed))
		wake_helper();
	else
		serve_in_handler();
	errno = saved_errno;
}

/* Not while a dump is made, which does the same. */
static uint32_t show_waits(const struct wish *wish)
{
	if (!(wish->wanted & WISH_WAITS) || !acquire())
		return 0;
	late_stacks_take();
	held_locks_charge();
	release();
	return WISH_WAITS;
}

/* Somebody outside has asked for something. */
static void serve_wish(void)
{
	struct wish wish;

	if (!wish_take(&wish))
		return;
	wish_answer(&wish, wish_set_knobs(&wish) | show_waits(&wish));
	KERNEL_CALL(futex, &wish_words->answered, FUTEX_WAKE, INT_MAX);
}

/* It sleeps on a word of the region, so that others can wake it, too. */
static void *help(void *unused)
{
	(void)thread_mute();
	KERNEL_CALL(prctl, PR_SET_NAME, "contend");
	atomic_store(&control.is_ready, 1);
	KERNEL_CALL(futex, &control.is_ready, FUTEX_WAKE_PRIVATE, 1);
	while (!atomic_load(&control.is_stopping)) {
		uint32_t wakes = atomic_load(&wish_words->wakes);

		serve_wish();
		serve_apart();
		if (!atomic_load(&control.is_stopping))
			KERNEL_CALL(futex, &wish_words->wakes, FUTEX_WAIT, wakes, NULL);
	}
	return unused;
}

/* SA_RESTART and SA_ONSTACK: programs with small stacks (cgo) demand the one, all others are glad of the other. */
int control_init(control_dump_function *dump, int signal)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
	struct sigaction present;
	bool has_stack;

	control.dump = dump;
	has_stack = own_stack_init();
	if (signal == 0)
		return 0;
	if (sigaction(signal, NULL, &present) != 0)
		return -errno;
	if ((present.sa_flags & SA_SIGINFO) || present.sa_handler != SIG_DFL)
		return -EBUSY;
	if (!has_stack)
		return -ENOMEM;
	sigfillset(&action.sa_mask);
	return sigaction(signal, &action, NULL) == 0 ? 0 : -errno;
}

/* The program may sandbox itself next, and a helper that starts then would make calls that the sandbox punishes. */
static void await_helper(void)
{
	while (!atomic_load(&control.is_ready))
		KERNEL_CALL(futex, &control.is_ready, FUTEX_WAIT_PRIVATE, 0, NULL);
}

void control_start_helper(control_create_function *create)
{
	sigset_t all, before;
	pthread_attr_t attributes;

	if (!control.dump || atomic_exchange(&control.has_helper, true))
		return;
	pthread_attr_init(&attributes); /* cannot fail in glibc */
	pthread_attr_setstacksize(&attributes, OWN_STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_store(&control.is_ready, 0);
	if (create(&control.helper, &attributes, help, NULL) == 0) {
		await_helper();
		atomic_store(&control.is_stoppable, true);
		wish_set_helper(true);
	} else {
		atomic_store(&control.has_helper, false);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
}

bool control_stop_helper(void)
{
	uint32_t muted;

	if (!atomic_exchange(&control.is_stoppable, false))
		return false;
	muted = thread_mute();
	wish_set_helper(false);
	atomic_store(&control.is_stopping, true);
	wake_helper();
	pthread_join(control.helper, NULL);
	thread_unmute(muted);
	atomic_store(&control.is_stopping, false);
	atomic_store(&control.has_helper, false);
	serve(); /* what was asked for while it ended */
	return true;
}

int control_dump(const char *pattern)
{
	int error;

	if (atomic_load_explicit(&control.is_silent, memory_order_relaxed))
		return -EPERM;
	if (!acquire())
		return -EDEADLK;
	error = dump_muted(pattern);
	release();
	serve(); /* what a handler left to us */
	return error;
}

int control_between_dumps(void (*body)(void))
{
	if (atomic_load_explicit(&control.is_silent, memory_order_relaxed))
		return -EPERM;
	if (!acquire())
		return -EDEADLK;
	body();
	release();
	serve();
	return 0;
}

int control_finish(void)
{
	int error = serve();

	control_await();
	return error;
}

void control_silence(void)
{
	wish_set_helper(false); /* who sleeps is not to be woken */
	atomic_store_explicit(&control.is_silent, true, memory_order_relaxed);
}

void control_await(void)
{
	if (acquire())
		release();
}

bool control_forked(void)
{
	bool was_dumping = atomic_load(&control.dumper) != 0;

	atomic_store(&control.has_helper, false);
	atomic_store(&control.is_stoppable, false);
	atomic_store(&control.is_stopping, false);
	atomic_store(&control.requested, 0);
	atomic_store(&control.served, 0);
	atomic_store(&control.dumper, 0);
	return was_dumping;
}
