/* SPDX-License-Identifier: MIT */
/* The composition root: the one file that sees wrappers, recording and reports, and in which order they come to life. */
#include <errno.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "control.h"
#include "dump.h"
#include "heap.h"
#include "held_locks.h"
#include "hold.h"
#include "kernel.h"
#include "late_stacks.h"
#include "libc_versions.h"
#include "lifecycle.h"
#include "message.h"
#include "preload.h"
#include "real.h"
#include "record.h"
#include "region.h"
#include "stack.h"
#include "thread.h"
#include "thread_labels.h"
#include "wish.h"

#define NO_MEMORY "no memory for the profiles: not profiling"

static struct {
	_Atomic bool is_on;     /* we may make system calls, and the region is this process's own */
	_Atomic bool has_ended; /* somebody is writing the last dump, or has */
	pid_t child;            /* a forked child that knows that it is one, but has no region yet; 0: none */
} startup;

/* The main thread's stack ends where the loader found it, and grows down to its limit. */
static struct stack_limits main_stack(void)
{
	enum { UNLIMITED_BYTES = 64 * 1024 * 1024, MARGIN_BYTES = 64 * 1024 };
	uint64_t top = getauxval(AT_EXECFN); /* a string in its uppermost part */
	struct rlimit limit;
	uint64_t bytes = UNLIMITED_BYTES;

	if (KERNEL_CALL(prlimit64, 0, RLIMIT_STACK, NULL, &limit) == 0 && limit.rlim_cur < bytes)
		bytes = limit.rlim_cur;
	return (struct stack_limits){.low_address = top - bytes + MARGIN_BYTES, .high_address = top & ~UINT64_C(7)};
}

static void complain(const char *line)
{
	message_say("%s", line);
}

/* Nothing is lost by it: what was recorded stays in the region, and where there is room for it the region stays when we end. */
static void complain_of_dump(const char *pattern, int error)
{
	/* Of a long pattern so much that the line has room for the rest. */
	if (region_may_stay())
		message_say("no profile written to %.500s: %s; contend dump %d writes it", pattern,
			    message_error(-error), (int)region_mine()->header.pid);
	else
		message_say("no profile written to %.500s: %s", pattern, message_error(-error));
}

/* A vfork child runs in our memory, but is not us; nor is a child that has not got a region yet, or is about to. */
static bool is_our_process(void)
{
	return startup.is_on && region_is_ready() && region_mine()->header.pid == KERNEL_CALL(getpid);
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec time = {0};

	KERNEL_CALL(clock_gettime, CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* In a forked child, before anything else of ours: the parent's heap and helper are not the child's. */
static void forget_parent(void)
{
	if (control_forked())
		heap_reset();
	atomic_store_explicit(&startup.has_ended, false, memory_order_relaxed);
}

static bool is_new_child(void)
{
	return startup.is_on && startup.child && startup.child == KERNEL_CALL(getpid);
}

/* Nor is the parent's region. */
static bool start_child(void)
{
	int saved_errno = errno;

	if (!is_new_child())
		forget_parent();
	startup.child = 0; /* a signal handler is not to begin this anew */
	thread_labels_leave_parent();
	startup.is_on = startup.is_on && config.children;
	if (startup.is_on && !region_create()) {
		message_say(NO_MEMORY);
		startup.is_on = false;
	}
	if (startup.is_on) {
		thread_labels_go_on();
	} else {
		record_stop();
		wish_init(NULL); /* the region that is still mapped is the parent's */
		control_silence();
	}
	errno = saved_errno;
	return startup.is_on;
}

/* Is the region this process's own? A child that has recorded nothing yet gets it now. Not one that nobody has seen being made: what is
 * under way in it may be its parent's. */
static bool ready_region(void)
{
	uint32_t before = thread_mute();

	if (is_new_child())
		(void)start_child();
	thread_unmute(before);
	return is_our_process();
}

/* A child may be asked that nobody has seen being made: it has recorded nothing yet, and must not tell its parent's. */
static int dump_own_region(const char *pattern)
{
	static struct dump_result result; /* large, and one dump at a time */
	uint64_t before_ns;
	int error;

	if (!ready_region())
		return 0;
	region_set_sign(REGION_SIGN_DUMP);
	before_ns = thread_cpu_ns();
	late_stacks_take();
	held_locks_charge();
	error = dump_region(region_mine(), pattern, &result);
	overhead_add_report(thread_cpu_ns() - before_ns);
	region_clear_sign(REGION_SIGN_DUMP);
	atomic_store_explicit(&region_mine()->header.dump_error, -error, memory_order_relaxed);
	if (error)
		complain_of_dump(pattern ? pattern : config.out, error);
	for (int profile = 0; !error && profile < PROFILE_COUNT; profile++)
		if (result.paths[profile][0])
			message_detail("wrote %s, %llu bytes", result.paths[profile],
				       (unsigned long long)result.bytes[profile]);
	return error;
}

/* The child gets its region when there is something to be recorded: most children become another program before that, and to them a
 * region would be most of what a fork costs. Fork handlers of others may have come before, and waited: then it has one. Where
 * forks wipe no word, only the region tells whose it is. */
static void after_fork(void)
{
	bool is_wiped = atomic_load_explicit(thread_fork_word, memory_order_relaxed) == 0;

	if (is_wiped && startup.is_on && config.children) {
		forget_parent();
		startup.child = (pid_t)KERNEL_CALL(getpid);
		region_begin_here();
	} else if (is_wiped || !is_our_process()) {
		(void)start_child();
	}
}

static void stop_helper(void)
{
	(void)control_stop_helper();
}

/* Everything that recording needs, in the order of need. */
static bool start_recording(void)
{
	clock_init();
	stack_init();
	threads_startup();
	if (!region_create())
		return false;
	thread_on_fork = start_child;
	thread_announce();
	thread_begin(main_stack());
	thread_on_last_end = stop_helper;
	record_set_block_rate_ns(config.block_rate_ns);
	record_set_fraction((int)config.fraction);
	if (config.hold_rate)
		hold_start();
	return true;
}

__attribute__((destructor)) static void stop(void)
{
	lifecycle_before_end(LIFECYCLE_END);
}

static void start_control(void)
{
	int error = control_init(dump_own_region, (int)config.signal);

	if (error == -EBUSY)
		message_detail("signal %d is the program's: no dump on it", (int)config.signal);
	else if (error)
		message_say("no dump on signal %d: %s", (int)config.signal, message_error(-error));
	else
		region_set_dump_signal((int)config.signal);
	pthread_atfork(NULL, NULL, after_fork);
	at_quick_exit(stop);
}

/* Elsewhere the objects may be laid out differently, and what is missing cannot be come by later. */
static bool libc_suits(void)
{
	static const char oldest[] = "2.31";

	if (strverscmp(gnu_get_libc_version(), oldest) < 0)
		message_say("glibc is %s, not %s or later: not profiling", gnu_get_libc_version(), oldest);
	else if (!libc_has_threads())
		message_detail("the program does not need libpthread: not profiling");
	else
		return true;
	return false;
}

static void start_profiling(void)
{
	message_init(false);
	if (!preload_came_first()) {
		message_say("loaded too late to see anything: it must be in LD_PRELOAD");
		return;
	}
	config_read(environ, complain);
	message_init(config.verbose);
	if (!config.children)
		preload_forget(environ);
	if (!libc_suits())
		return;
	startup.is_on = start_recording();
	if (startup.is_on)
		start_control();
	else
		message_say(NO_MEMORY);
	message_detail("profiling pid %d, region %s", getpid(), region_path()[0] ? region_path() : "in private memory");
}

__attribute__((constructor)) static void start(void)
{
	int saved_errno = errno;

	real_resolve();
	if (!getauxval(AT_SECURE)) /* set-uid: the environment is not to be trusted */
		start_profiling();
	errno = saved_errno;
}

void lifecycle_before_thread(void)
{
	int saved_errno = errno;

	if (!ready_region())
		return;
	region_reserve_all();
	if (thread_ends_are_seen())
		control_start_helper(REAL(pthread_create));
	errno = saved_errno;
}

/* True if all that was recorded is written, or was not to be. */
static bool dump_last(void)
{
	if (config.exit && sample_table_has_data(&region_mine()->samples))
		return control_dump(NULL) == 0;
	return control_finish() == 0; /* somebody may have asked for one just now */
}

bool lifecycle_gives_way(void)
{
	int saved_errno = errno;
	bool has_given = startup.is_on && control_stop_helper();

	errno = saved_errno;
	return has_given;
}

void lifecycle_before_end(enum lifecycle_end end)
{
	int saved_errno = errno;

	if (!is_our_process())
		return;
	if (atomic_exchange(&startup.has_ended, true)) {
		control_await(); /* or we would end the process in the middle of that dump */
		return;
	}
	region_set_sign(end == LIFECYCLE_EXEC ? REGION_SIGN_EXEC : REGION_SIGN_EXIT);
	if ((dump_last() || !region_may_stay()) && !region_close() && end == LIFECYCLE_END)
		region_forget_samples();
	errno = saved_errno;
}

void lifecycle_before_abort(void)
{
	if (is_our_process())
		region_set_sign(REGION_SIGN_ABORT);
}

void lifecycle_before_confined(void)
{
	int saved_errno = errno;

	(void)ready_region();
	errno = saved_errno;
}

/* The kernel is not asked whose process this is. */
void lifecycle_sandboxed(void)
{
	if (startup.is_on && !startup.child && atomic_load_explicit(thread_fork_word, memory_order_relaxed) != 0)
		region_set_sign(REGION_SIGN_SANDBOX);
	startup.is_on = false;
	kernel_forbid();
	control_silence();
}

void lifecycle_goes_on(void)
{
	if (!is_our_process())
		return;
	region_clear_sign(REGION_SIGN_EXEC);
	region_reopen();
	atomic_store(&startup.has_ended, false);
}
