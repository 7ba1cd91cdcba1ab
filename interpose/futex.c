/* SPDX-License-Identifier: MIT */
/* Overrides     nothing by name: these are futex and futex_waitv in syscall().
 * A wait is a wait of kind futex, whoever makes it. A wake may be the release of a lock, or the signal of a condition, a post, an
 * event. It is charged with what was waited for its word as a release is, and goes into the mutex profile under one of two kinds:
 * WAIT_FUTEX_LOCK if it looks like a release (futex_locks.h has the rule), else WAIT_FUTEX. Reports look at the names on the
 * stack as well (futex_names.def), and leave out what is no release. With CONTEND_WAKERS=1 the profile `wake` is asked the reverse.
 *
 * The word is the program's, and after the release it may be gone from memory: the kernel answers for such a word, too. So it is
 * never read here; the kernel is asked to compare it.
 */
#include <linux/futex.h>

#include "config.h"
#include "futex.h"
#include "futex_locks.h"
#include "kernel.h"
#include "waiters.h"

/* futex(word, operation, value, timeout or second value, second word, third value) */
enum { WORD, OPERATION, VALUE, SECOND_VALUE };

static const void *word_of(const struct syscall_call *call)
{
	return (const void *)call->arguments[WORD];
}

static uint32_t value_of(const struct syscall_call *call)
{
	return (uint32_t)call->arguments[VALUE];
}

static long wait_for_change(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_wait wait;
	long result;

	wait.site = syscall_site(WAIT_FUTEX, word_of(call), frame_pointer);
	measure_wait_begin(&wait);
	if (wait.is_measured)
		futex_locks_waited(word_of(call), value_of(call), wait.sample);
	result = syscall_real(call);
	measure_wait_end(&wait, syscall_outcome(result));
	return result;
}

/* Until it is requeued and gets the lock: no release ends it. */
static long wait_for_requeue(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_site site = syscall_site(WAIT_FUTEX, word_of(call), frame_pointer);

	site.end = WAIT_END_WAKE;
	return syscall_wait(call, site);
}

/* Has the word this value? Of all operations that compare it this one does nothing else: it wakes and requeues nobody. */
static bool word_is(const struct syscall_call *call, uint32_t value)
{
	long operation = FUTEX_CMP_REQUEUE | (call->arguments[OPERATION] & FUTEX_PRIVATE_FLAG);

	return KERNEL_CALL(futex, word_of(call), operation, 0, 0, word_of(call), value) == 0;
}

/* Free, or taken again already: with waiters or without. In a sandbox the kernel is not asked. */
static bool is_word_of_lock(const struct syscall_call *call, uint32_t contended)
{
	enum { LOOKS = 2 }; /* between two comparisons it may become what it was just compared with */

	if (kernel_is_forbidden())
		return true;
	for (int look = 0; look < LOOKS; look++)
		if (word_is(call, 0) || word_is(call, contended) || word_is(call, 1))
			return true;
	return false;
}

static long wake_slow(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_site site = syscall_site(WAIT_FUTEX, word_of(call), frame_pointer);
	struct record_release release = measure_release_begin(site.object);
	struct futex_lock lock = futex_locks_woken(site.object, value_of(call));
	bool is_recorded = release.fraction != 0 || config.wakers;
	long result;

	if (is_recorded && lock.may_be_lock && is_word_of_lock(call, lock.expected))
		site.kind = WAIT_FUTEX_LOCK;
	site.waiter = lock.waiter;
	if (config.wakers)
		measure_wake(&site, value_of(call));
	result = syscall_real(call);
	if (result > 0) /* else they had gone by themselves */
		measure_release_end(release, &site);
	return result;
}

/* What FUTEX_WAKE_OP does to its second word, and whether it wakes anybody there, is not looked at. */
static long wake(const struct syscall_call *call, const void *frame_pointer)
{
	if (!waiters_any(word_of(call)) && !config.wakers)
		return syscall_real(call);
	return wake_slow(call, frame_pointer);
}

static long unlock(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_site site = syscall_site(WAIT_FUTEX_LOCK, word_of(call), frame_pointer);
	struct record_release release = {.fraction = 0};
	long result;

	if (waiters_any(site.object))
		release = measure_release_begin(site.object);
	result = syscall_real(call);
	measure_release_end(release, &site);
	return result;
}

/* What signals and broadcasts of conditions are made of: some are woken, the others become waiters for a lock. Whose turn
 * comes there is not known. */
static long requeue(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_site site = syscall_site(WAIT_FUTEX, word_of(call), frame_pointer);
	uint32_t waiters;

	if (__builtin_add_overflow(value_of(call), (uint32_t)call->arguments[SECOND_VALUE], &waiters))
		waiters = UINT32_MAX;
	if (config.wakers)
		measure_wake(&site, waiters);
	return syscall_real(call);
}

long futex_call(const struct syscall_call *call, const void *frame_pointer)
{
	if (!record_is_on())
		return syscall_real(call);
	switch (call->arguments[OPERATION] & FUTEX_CMD_MASK & INT32_MAX) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		return wait_for_change(call, frame_pointer);
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return syscall_wait(call, syscall_site(WAIT_FUTEX_LOCK, word_of(call), frame_pointer));
	case FUTEX_WAIT_REQUEUE_PI:
		return wait_for_requeue(call, frame_pointer);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
	case FUTEX_WAKE_OP:
		return wake(call, frame_pointer);
	case FUTEX_UNLOCK_PI:
		return unlock(call, frame_pointer);
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_CMP_REQUEUE_PI:
		return requeue(call, frame_pointer);
	default:
		return syscall_real(call);
	}
}

/* For any of many words: none of them is the one. */
long futex_waitv(const struct syscall_call *call, const void *frame_pointer)
{
	struct record_site site = syscall_site(WAIT_FUTEX, NULL, frame_pointer);

	if (!record_is_on())
		return syscall_real(call);
	site.end = WAIT_END_OTHER;
	return syscall_wait(call, site);
}
