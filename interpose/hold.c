/* SPDX-License-Identifier: MIT */
/* How long locks are held (CONTEND_HOLD_RATE): one acquisition in N, by whatever call, is timed to its release.
 *
 * With the option on, TAKE_LOCK leads to the functions here, which call the real ones; without, to the real ones themselves, so that
 * wrappers ask nothing. That a release ends a timed hold is told by the word that it looks at anyway (waiters_or_holds).
 */
#include "config.h"
#include "hold.h"
#include "mutex_word.h"
#include "rwlock_word.h"

struct sample *hold_prepare(const struct record_site *site)
{
	struct thread *self = record_is_stopped() ? NULL : thread_enter_for(THREAD_CALL_LOOK);
	struct sample *sample;

	if (!self)
		return NULL;
	sample = record_hold_prepare(self, site);
	thread_leave(self);
	return sample;
}

/* What is refused is lost; then the place in the next run of acquisitions is the same, which needs no drawing. */
void hold_begin(const struct record_site *site, struct sample *sample)
{
	bool is_timed = thread_own.hold_skip == 0;
	struct thread *self;

	if (record_is_stopped())
		return;
	self = thread_enter_for(is_timed ? THREAD_CALL_HOLD : THREAD_CALL_LOOK);
	if (!self) {
		thread_own.hold_skip = (is_timed ? (uint32_t)config.hold_rate : thread_own.hold_skip) - 1;
		return;
	}
	record_hold_begin(self, site, sample);
	thread_leave(self);
}

/* Of a recursive mutex only the first acquisition is one. */
static inline bool is_first(const void *lock, enum wait_kind kind)
{
	return kind != WAIT_MUTEX || !mutex_is_nested(lock);
}

#define TAKING(name, parameters, arguments, lock, kind, is_likely)                                                     \
	static int held_##name parameters                                                                              \
	{                                                                                                              \
		const void *object = (const void *)(lock);                                                             \
		struct sample *sample = NULL;                                                                          \
		int result;                                                                                            \
                                                                                                                       \
		if (hold_is_due() && (is_likely))                                                                      \
			sample = hold_prepare(&MEASURE_SITE(kind, REAL(name), object));                                \
		result = REAL(name) arguments;                                                                         \
		if (hold_was_taken(result) && is_first(object, kind) && !hold_passes(object))                          \
			hold_begin(&MEASURE_SITE(kind, REAL(name), object), sample);                                   \
		return result;                                                                                         \
	}
#include "takings.def"
#undef TAKING

void hold_start(void)
{
#define TAKING(name, parameters, arguments, lock, kind, is_likely)                                                     \
	if (kind != WAIT_SPIN || config.spin)                                                                          \
		real_takings.name = (intptr_t)held_##name - (intptr_t)real_stub_##name;
#include "takings.def"
#undef TAKING
	real_takings_are_ours = true;
}
