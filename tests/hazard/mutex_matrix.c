/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: every kind of mutex, in every state, answers every call as it does without us: result, errno, and who owns it after.
 */
#include "matrix_other.h"
#include <limits.h>

enum { MUTEXES = 16384 };

enum trait {
	ROBUST = 1,
	INHERIT = 2,
	PROTECT = 4,
	SHARED = 8,
	GARBAGE = 16,   /* of no kind that there is */
	DESTROYED = 32, /* glibc says EINVAL */
	C11 = 64,
	TIMED = 128,
	VIOLATED = 256, /* its ceiling lies below the priority of who asks for it */
};

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
	{"normal-shared", PTHREAD_MUTEX_NORMAL, SHARED},
	{"recursive-shared", PTHREAD_MUTEX_RECURSIVE, SHARED},
	{"errorcheck-shared", PTHREAD_MUTEX_ERRORCHECK, SHARED},
	{"adaptive-shared", PTHREAD_MUTEX_ADAPTIVE_NP, SHARED},
	{"robust", PTHREAD_MUTEX_NORMAL, ROBUST},
	{"robust-recursive", PTHREAD_MUTEX_RECURSIVE, ROBUST},
	{"robust-errorcheck", PTHREAD_MUTEX_ERRORCHECK, ROBUST},
	{"robust-adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, ROBUST},
	{"robust-shared", PTHREAD_MUTEX_NORMAL, ROBUST | SHARED},
	{"inherit", PTHREAD_MUTEX_NORMAL, INHERIT},
	{"inherit-recursive", PTHREAD_MUTEX_RECURSIVE, INHERIT},
	{"inherit-errorcheck", PTHREAD_MUTEX_ERRORCHECK, INHERIT},
	{"inherit-adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, INHERIT},
	{"inherit-robust", PTHREAD_MUTEX_NORMAL, INHERIT | ROBUST},
	{"inherit-robust-recursive", PTHREAD_MUTEX_RECURSIVE, INHERIT | ROBUST},
	{"inherit-robust-shared", PTHREAD_MUTEX_NORMAL, INHERIT | ROBUST | SHARED},
	{"garbage", PTHREAD_MUTEX_NORMAL, GARBAGE},
	{"destroyed", PTHREAD_MUTEX_NORMAL, DESTROYED},
	{"c11-plain", PTHREAD_MUTEX_NORMAL, C11},
	{"c11-timed", PTHREAD_MUTEX_NORMAL, C11 | TIMED},
	{"c11-recursive", PTHREAD_MUTEX_RECURSIVE, C11},
	{"c11-timed-recursive", PTHREAD_MUTEX_RECURSIVE, C11 | TIMED},
	{"c11-garbage", PTHREAD_MUTEX_NORMAL, C11 | GARBAGE},
	{"c11-destroyed", PTHREAD_MUTEX_NORMAL, C11 | DESTROYED},
	{"protect", PTHREAD_MUTEX_NORMAL, PROTECT},
	{"protect-recursive", PTHREAD_MUTEX_RECURSIVE, PROTECT},
	{"protect-errorcheck", PTHREAD_MUTEX_ERRORCHECK, PROTECT},
	{"protect-violated", PTHREAD_MUTEX_NORMAL, PROTECT | VIOLATED},
	{"protect-recursive-violated", PTHREAD_MUTEX_RECURSIVE, PROTECT | VIOLATED},
};

enum state {
	FREE,
	SELF,
	SELF_TWICE,
	SELF_MOST, /* once more would not fit the counter */
	OTHER,
	OTHER_GIVES,
	OTHER_INTERRUPTS,
	OWNER_DIED,
	OWNER_DIED_CONSISTENT,
	UNRECOVERABLE,
	STATES
};
static const char *const state_names[STATES] = {
	"free",
	"self",
	"self-twice",
	"self-most",
	"other",
	"other-gives",
	"other-interrupts",
	"owner-died",
	"owner-died-consistent",
	"unrecoverable",
};

MATRIX_OLD_FUNCTION(__pthread_mutex_lock);
MATRIX_OLD_FUNCTION(__pthread_mutex_trylock);
MATRIX_OLD_FUNCTION(__pthread_mutex_unlock);

static const struct matrix_function functions[] = {
#define MUTEX MATRIX_FUNCTION
#include "matrix.def"
};
static const struct matrix_function c11_functions[] = {
#define MTX MATRIX_FUNCTION
#include "matrix.def"
};
_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "glibc's mtx_t is a pthread_mutex_t");

static int lock(void *mutex)
{
	return pthread_mutex_lock(mutex);
}

static int unlock(void *mutex)
{
	return pthread_mutex_unlock(mutex);
}

static int lock_c11(void *mutex)
{
	return mtx_lock(mutex);
}

static int unlock_c11(void *mutex)
{
	return mtx_unlock(mutex);
}

static void init_c11(const struct kind *kind, mtx_t *mutex)
{
	int type = kind->traits & TIMED ? mtx_timed : mtx_plain;

	need(mtx_init(mutex, kind->type == PTHREAD_MUTEX_RECURSIVE ? type | mtx_recursive : type) == thrd_success,
	     "made");
}

static void init(const struct kind *kind, pthread_mutex_t *mutex)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind->type);
	pthread_mutexattr_setrobust(&attributes, kind->traits & ROBUST ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
	pthread_mutexattr_setpshared(&attributes,
				     kind->traits & SHARED ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
	if (kind->traits & INHERIT)
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
	if (kind->traits & PROTECT) {
		pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
		pthread_mutexattr_setprioceiling(&attributes, kind->traits & VIOLATED ? 1 : 10);
	}
	need(!pthread_mutex_init(mutex, &attributes), "made");
}

static void make(const struct kind *kind, pthread_mutex_t *mutex)
{
	if (kind->traits & C11)
		init_c11(kind, (mtx_t *)mutex);
	else
		init(kind, mutex);
	if (kind->traits & GARBAGE)
		mutex->__data.__kind = 0x7f;
	if (kind->traits & DESTROYED)
		need(!pthread_mutex_destroy(mutex), "destroyed");
}

/* To raise one's priority one must have one. The kinds with a ceiling are the last, so that no other has it. */
static bool may_have_priority(const struct kind *kind)
{
	struct sched_param parameters = {.sched_priority = kind->traits & VIOLATED ? 2 : 1};

	return !pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

/* Can `kind` be in `state`? Owner death without robustness is a plain hang, and what is no mutex has no states. */
static bool is_possible(const struct kind *kind, enum state state)
{
	if (kind->traits & (GARBAGE | DESTROYED))
		return state == FREE;
	if (kind->traits & VIOLATED)
		return state == FREE && may_have_priority(kind);
	if (kind->traits & PROTECT && state != FREE && !may_have_priority(kind))
		return false;
	if (state == SELF_TWICE || state == SELF_MOST)
		return kind->type == PTHREAD_MUTEX_RECURSIVE;
	return state < OWNER_DIED || kind->traits & ROBUST;
}

/* Brings the mutex into the state. */
static void enter(const struct kind *kind, enum state state, struct matrix_other *other)
{
	static const enum matrix_conduct conducts[STATES] = {
		[OTHER] = KEEPS, [OTHER_GIVES] = GIVES, [OTHER_INTERRUPTS] = INTERRUPTS};
	pthread_mutex_t *mutex = other->object;

	other->take = kind->traits & C11 ? lock_c11 : lock;
	other->give = kind->traits & C11 ? unlock_c11 : unlock;
	if (state >= SELF && state <= SELF_MOST)
		need(!other->take(mutex), "taken");
	if (state == SELF_TWICE)
		need(!other->take(mutex), "taken again");
	if (state == SELF_MOST)
		mutex->__data.__count = UINT_MAX;
	if (state >= OTHER) {
		other->conduct = state >= OWNER_DIED ? KEEPS_FOR_EVER : conducts[state];
		matrix_other_start(other);
		need(!other->result, "taken by another");
	}
	if (state >= OWNER_DIED)
		matrix_other_end(other);
	if (state > OWNER_DIED)
		need(pthread_mutex_lock(mutex) == EOWNERDEAD, "owner died");
	if (state == OWNER_DIED_CONSISTENT)
		need(!pthread_mutex_consistent(mutex), "made consistent");
	if (state == UNRECOVERABLE)
		pthread_mutex_unlock(mutex);
}

static bool is_anothers(enum state state)
{
	return state >= OTHER && state <= OTHER_INTERRUPTS;
}

static bool waits(const struct kind *kind, enum state state, const struct matrix_function *function)
{
	bool checks = kind->type == PTHREAD_MUTEX_ERRORCHECK || kind->type == PTHREAD_MUTEX_RECURSIVE;

	if (function->act == RELEASE || function->way == TRY)
		return false;
	if (state == SELF || state == OWNER_DIED_CONSISTENT)
		return !checks;
	return is_anothers(state);
}

/* Unlocking a robust or priority mutex that is in nobody's hands is as undefined as can be: it walks the thread's list. So
 * is taking it from the hands of another, who will unlock it too. */
static bool is_undefined(const struct kind *kind, enum state state, const struct matrix_call *call)
{
	bool is_plain = !(kind->traits & (ROBUST | INHERIT | PROTECT));

	if (call->function->act != RELEASE)
		return false;
	if (state == OTHER)
		return call->elsewhere;
	return state == FREE && !is_plain && kind->type == PTHREAD_MUTEX_NORMAL;
}

static const char *owner_name(const pthread_mutex_t *mutex)
{
	int owner = mutex->__data.__owner;

	if (!owner)
		return "nobody";
	if (owner == gettid())
		return "self";
	return owner == INT_MAX ? "inconsistent" : owner == INT_MAX - 1 ? "not-recoverable" : "other";
}

static const char *word_name(const struct kind *kind, unsigned word)
{
	if (!word)
		return "0";
	if (kind->traits & (ROBUST | INHERIT | PROTECT))
		return word & 0x3fffffff ? "set" : "flags";
	return word == 1 ? "1" : "waiters";
}

/* What the mutex looks like: all of it but thread ids and addresses. */
static void describe(const struct kind *kind, const pthread_mutex_t *mutex, char *out_text, size_t bytes)
{
	snprintf(out_text, bytes, "owner %s, word %s, count %u, users %u", owner_name(mutex),
		 word_name(kind, mutex->__data.__lock), mutex->__data.__count, mutex->__data.__nusers);
}

static void run_cell(const struct kind *kind, enum state state, const struct matrix_call *call)
{
	static pthread_mutex_t mutexes[MUTEXES]; /* one each: those left locked stay in the thread's robust list */
	pthread_mutex_t *mutex = &mutexes[matrix_cells];
	struct matrix_invocation invocation = {.call = call, .first = mutex, .clock = CLOCK_REALTIME};
	struct matrix_other other = {.object = mutex};
	char where[64], after[128];

	need(matrix_cells < MUTEXES, "room for all cells");
	matrix_cell_begin();
	make(kind, mutex);
	snprintf(where, sizeof(where), "%s/%s", kind->name, state_names[state]);
	enter(kind, state, &other);
	matrix_invoke(&invocation);
	describe(kind, mutex, after, sizeof(after));
	if (is_anothers(state))
		matrix_other_end(&other);
	matrix_cell_print(
		where, &invocation,
		kind->traits & C11 ? matrix_thrd_name(invocation.result) : matrix_error_name(invocation.result), after);
}

static void run_function(const struct kind *kind, enum state state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);
	bool is_helped = state == OTHER_GIVES || state == OTHER_INTERRUPTS;

	do {
		if (matrix_call_ends(&call, waits(kind, state, function), is_helped) &&
		    !is_undefined(kind, state, &call))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

static void run_kind(const struct kind *kind)
{
	const struct matrix_function *table = kind->traits & C11 ? c11_functions : functions;
	size_t count = kind->traits & C11 ? MATRIX_COUNT(c11_functions) : MATRIX_COUNT(functions);

	if (kind->traits & PROTECT && !may_have_priority(kind))
		printf("%s: only free, as this process may not have a priority\n", kind->name);
	for (int state = 0; state < STATES; state++)
		for (size_t f = 0; f < count && is_possible(kind, state); f++)
			run_function(kind, state, &table[f]);
}

int main(void)
{
	hazard_limit(60);
	matrix_catch_signal(false);
	for (size_t k = 0; k < MATRIX_COUNT(kinds); k++)
		run_kind(&kinds[k]);
	return matrix_finish();
}
