/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: waiting on a condition variable answers as it does without us, for every kind of mutex, clock, deadline and way to be
 * woken: result, errno, who holds the mutex after, how deep. So do the calls that wake.
 */
#include "matrix_other.h"

enum trait { ROBUST = 1, INHERIT = 2, SHARED = 4, C11 = 8, MONOTONIC_COND = 16 };

struct kind {
	const char *name;
	int type;
	unsigned traits;
};
static const struct kind kinds[] = {
	{"normal", PTHREAD_MUTEX_NORMAL, 0},
	{"recursive", PTHREAD_MUTEX_RECURSIVE, 0},
	{"errorcheck", PTHREAD_MUTEX_ERRORCHECK, 0},
	{"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, 0},
	{"robust", PTHREAD_MUTEX_NORMAL, ROBUST},
	{"inherit", PTHREAD_MUTEX_NORMAL, INHERIT},
	{"shared", PTHREAD_MUTEX_NORMAL, SHARED},
	{"normal-monotonic", PTHREAD_MUTEX_NORMAL, MONOTONIC_COND},
	{"recursive-monotonic", PTHREAD_MUTEX_RECURSIVE, MONOTONIC_COND},
	{"errorcheck-monotonic", PTHREAD_MUTEX_ERRORCHECK, MONOTONIC_COND},
	{"adaptive-monotonic", PTHREAD_MUTEX_ADAPTIVE_NP, MONOTONIC_COND},
	{"robust-monotonic", PTHREAD_MUTEX_NORMAL, ROBUST | MONOTONIC_COND},
	{"inherit-monotonic", PTHREAD_MUTEX_NORMAL, INHERIT | MONOTONIC_COND},
	{"shared-monotonic", PTHREAD_MUTEX_NORMAL, SHARED | MONOTONIC_COND},
	{"c11-plain", PTHREAD_MUTEX_NORMAL, C11},
	{"c11-recursive", PTHREAD_MUTEX_RECURSIVE, C11},
};

struct pair {
	const struct kind *kind;
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	_Atomic unsigned woken; /* of the waiters that are not the main thread */
};
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "glibc's cnd_t is a pthread_cond_t");

static const struct matrix_function functions[] = {
#define COND MATRIX_FUNCTION
#include "matrix.def"
};
static const struct matrix_function c11_functions[] = {
#define CND MATRIX_FUNCTION
#include "matrix.def"
};

static void init_c11(struct pair *pair)
{
	int type = pair->kind->type == PTHREAD_MUTEX_RECURSIVE ? mtx_plain | mtx_recursive : mtx_plain;

	need(mtx_init((mtx_t *)&pair->mutex, type) == thrd_success, "mutex");
	need(cnd_init((cnd_t *)&pair->cond) == thrd_success, "cond");
}

static void init(struct pair *pair)
{
	unsigned traits = pair->kind->traits;
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_settype(&mutex, pair->kind->type);
	pthread_mutexattr_setrobust(&mutex, traits & ROBUST ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
	pthread_mutexattr_setprotocol(&mutex, traits & INHERIT ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
	pthread_mutexattr_setpshared(&mutex, !!(traits & SHARED));
	need(!pthread_mutex_init(&pair->mutex, &mutex), "mutex");
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, !!(traits & SHARED));
	pthread_condattr_setclock(&cond, traits & MONOTONIC_COND ? CLOCK_MONOTONIC : CLOCK_REALTIME);
	need(!pthread_cond_init(&pair->cond, &cond), "cond");
}

/* What the other party does once the main thread waits, or before. */

static int wake_one(void *object)
{
	struct pair *pair = object;

	if (pair->kind->traits & C11)
		return cnd_signal((cnd_t *)&pair->cond);
	return pthread_cond_signal(&pair->cond);
}

static int wake_all(void *object)
{
	struct pair *pair = object;

	if (pair->kind->traits & C11)
		return cnd_broadcast((cnd_t *)&pair->cond);
	return pthread_cond_broadcast(&pair->cond);
}

/* So that the woken has to wait for the mutex too. */
static int wake_holding(void *object)
{
	struct pair *pair = object;

	pthread_mutex_lock(&pair->mutex);
	wake_one(pair);
	hazard_sleep_us(1000);
	return pthread_mutex_unlock(&pair->mutex);
}

static int wake_and_die(void *object)
{
	struct pair *pair = object;

	pthread_mutex_lock(&pair->mutex);
	return wake_one(pair);
}

static void *lock_and_die(void *mutex)
{
	pthread_mutex_lock(mutex);
	return NULL;
}

static int wake_after_ruin(void *object)
{
	struct pair *pair = object;

	hazard_join(hazard_start(lock_and_die, &pair->mutex));
	need(pthread_mutex_lock(&pair->mutex) == EOWNERDEAD, "owner died");
	pthread_mutex_unlock(&pair->mutex);
	return wake_one(pair);
}

static int wait_too(void *object)
{
	struct pair *pair = object;

	pthread_mutex_lock(&pair->mutex);
	pthread_cond_wait(&pair->cond, &pair->mutex);
	pthread_mutex_unlock(&pair->mutex);
	pair->woken++;
	return 0;
}

static int give_nothing(void *object)
{
	(void)object;
	return 0;
}

struct state {
	const char *name;
	unsigned holds; /* times the main thread holds the mutex */
	int (*wake)(void *object);
	enum matrix_conduct conduct;
	unsigned waiters; /* others; only for the calls that wake */
};
static const struct state states[] = {
	{"not-held", 0, NULL, KEEPS, 0},
	{"held", 1, NULL, KEEPS, 0},
	{"held-signalled", 1, wake_one, GIVES, 0},
	{"held-broadcast", 1, wake_all, GIVES, 0},
	{"held-interrupted", 1, wake_one, INTERRUPTS, 0},
	{"held-mutex-taken", 1, wake_holding, GIVES, 0},
	{"held-owner-dies", 1, wake_and_die, GIVES, 0},
	{"held-unrecoverable", 1, wake_after_ruin, GIVES, 0},
	{"held-twice", 2, NULL, KEEPS, 0},
	{"held-twice-signalled", 2, wake_one, GIVES, 0},
	{"held-twice-broadcast", 2, wake_all, GIVES, 0},
	{"one-waits", 0, NULL, KEEPS, 1},
	{"two-wait", 0, NULL, KEEPS, 2},
};

/* Left out: waiting with a mutex that is not held, unless it is of a kind that checks. */
static bool is_possible(const struct kind *kind, const struct state *state, const struct matrix_function *function)
{
	if (state->holds == 2 && kind->type != PTHREAD_MUTEX_RECURSIVE)
		return false;
	if (function->act == RELEASE)
		return !state->wake;
	if (state->waiters)
		return false;
	if (state->holds == 0)
		return kind->type == PTHREAD_MUTEX_ERRORCHECK || kind->traits & ROBUST;
	return state->wake == wake_and_die || state->wake == wake_after_ruin ? kind->traits & ROBUST : true;
}

static void describe(const struct pair *pair, char *out_text, size_t bytes)
{
	const pthread_mutex_t *mutex = &pair->mutex;

	snprintf(out_text, bytes, "owner %s, count %u, users %u, woken %u",
		 mutex->__data.__owner == gettid() ? "self" : "not self", mutex->__data.__count, mutex->__data.__nusers,
		 pair->woken);
}

static void start_waiters(const struct state *state, struct pair *pair, struct matrix_other *waiters)
{
	for (unsigned i = 0; i < state->waiters; i++) {
		waiters[i] = (struct matrix_other){PASSES, .object = pair, .take = wait_too, .give = give_nothing};
		matrix_other_start(&waiters[i]);
	}
}

/* A signal wakes one, a broadcast all: nobody else is woken before that is seen. */
static void await_woken(const struct state *state, struct pair *pair, const struct matrix_call *call)
{
	bool is_broadcast = strstr(call->function->name, "broadcast");
	unsigned expected = state->waiters && !is_broadcast ? 1 : state->waiters;

	while (call->function->act == RELEASE && pair->woken < expected)
		hazard_sleep_us(100);
}

static void run_cell(const struct kind *kind, const struct state *state, const struct matrix_call *call)
{
	struct pair pair = {.kind = kind};
	struct matrix_other other = {state->conduct, .object = &pair, .give = state->wake}, waiters[2];
	struct matrix_invocation invocation = {
		.call = call,
		.first = &pair.cond,
		.second = call->function->act == RELEASE ? NULL : &pair.mutex,
		.clock = kind->traits & MONOTONIC_COND ? CLOCK_MONOTONIC : CLOCK_REALTIME,
	};
	char where[64], after[128];

	matrix_cell_begin();
	(kind->traits & C11 ? init_c11 : init)(&pair);
	start_waiters(state, &pair, waiters);
	for (unsigned i = 0; i < state->holds; i++)
		need(!pthread_mutex_lock(&pair.mutex), "held");
	if (state->wake)
		matrix_other_start(&other);
	matrix_invoke(&invocation);
	await_woken(state, &pair, call);
	describe(&pair, after, sizeof(after));
	for (unsigned i = 0; i < state->holds; i++)
		pthread_mutex_unlock(&pair.mutex);
	if (state->wake)
		matrix_other_end(&other);
	wake_all(&pair);
	for (unsigned i = 0; i < state->waiters; i++)
		matrix_other_end(&waiters[i]);
	snprintf(where, sizeof(where), "%s/%s", kind->name, state->name);
	matrix_cell_print(
		where, &invocation,
		kind->traits & C11 ? matrix_thrd_name(invocation.result) : matrix_error_name(invocation.result), after);
}

static void run_function(const struct kind *kind, const struct state *state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);
	bool waits = function->act != RELEASE && state->holds;

	do {
		if (matrix_call_ends(&call, waits, state->wake))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

static void run_kind(const struct kind *kind)
{
	const struct matrix_function *table = kind->traits & C11 ? c11_functions : functions;
	size_t count = kind->traits & C11 ? MATRIX_COUNT(c11_functions) : MATRIX_COUNT(functions);

	for (size_t s = 0; s < MATRIX_COUNT(states); s++)
		for (size_t f = 0; f < count; f++)
			if (is_possible(kind, &states[s], &table[f]))
				run_function(kind, &states[s], &table[f]);
}

int main(void)
{
	hazard_limit(60);
	matrix_catch_signal(false);
	for (size_t k = 0; k < MATRIX_COUNT(kinds); k++)
		run_kind(&kinds[k]);
	return matrix_finish();
}
