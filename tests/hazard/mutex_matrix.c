/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: every kind of mutex, in every state, answers every call as it does without us: result, errno, and who owns it after.
 *
 * Prints one line a cell and compares nothing itself; the runner compares the output with that of a bare run. Cells that
 * would block for ever are cut by a deadline, a helper that releases the mutex, or left out (lock of a mutex held by self).
 */
#include "hazard.h"

enum {
	NEAR_MS = 10,   /* a deadline that passes while we wait */
	FAR_MS = 10000, /* one that does not */
	ERRNO_CANARY = 4711,
	MUTEXES = 8192,
};

enum state { FREE, SELF, SELF_TWICE, OTHER, OTHER_RELEASES, OWNER_DIED, OWNER_DIED_CONSISTENT, UNRECOVERABLE, STATES };
static const char *const state_names[STATES] = {
	"free", "self", "self-twice", "other", "other-releases", "owner-died", "owner-died-consistent", "unrecoverable",
};

struct kind {
	const char *name;
	int type;
	bool robust;
	int protocol;
	bool shared;
	int garbage; /* overwrites the kind field; 0: not */
};

static const struct kind kinds[] = {
	{"normal", PTHREAD_MUTEX_NORMAL, false, PTHREAD_PRIO_NONE, false, 0},
	{"recursive", PTHREAD_MUTEX_RECURSIVE, false, PTHREAD_PRIO_NONE, false, 0},
	{"errorcheck", PTHREAD_MUTEX_ERRORCHECK, false, PTHREAD_PRIO_NONE, false, 0},
	{"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, false, PTHREAD_PRIO_NONE, false, 0},
	{"normal-shared", PTHREAD_MUTEX_NORMAL, false, PTHREAD_PRIO_NONE, true, 0},
	{"recursive-shared", PTHREAD_MUTEX_RECURSIVE, false, PTHREAD_PRIO_NONE, true, 0},
	{"errorcheck-shared", PTHREAD_MUTEX_ERRORCHECK, false, PTHREAD_PRIO_NONE, true, 0},
	{"adaptive-shared", PTHREAD_MUTEX_ADAPTIVE_NP, false, PTHREAD_PRIO_NONE, true, 0},
	{"robust", PTHREAD_MUTEX_NORMAL, true, PTHREAD_PRIO_NONE, false, 0},
	{"robust-recursive", PTHREAD_MUTEX_RECURSIVE, true, PTHREAD_PRIO_NONE, false, 0},
	{"robust-errorcheck", PTHREAD_MUTEX_ERRORCHECK, true, PTHREAD_PRIO_NONE, false, 0},
	{"robust-adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, true, PTHREAD_PRIO_NONE, false, 0},
	{"robust-shared", PTHREAD_MUTEX_NORMAL, true, PTHREAD_PRIO_NONE, true, 0},
	{"inherit", PTHREAD_MUTEX_NORMAL, false, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-recursive", PTHREAD_MUTEX_RECURSIVE, false, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-errorcheck", PTHREAD_MUTEX_ERRORCHECK, false, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, false, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-robust", PTHREAD_MUTEX_NORMAL, true, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-robust-recursive", PTHREAD_MUTEX_RECURSIVE, true, PTHREAD_PRIO_INHERIT, false, 0},
	{"inherit-robust-shared", PTHREAD_MUTEX_NORMAL, true, PTHREAD_PRIO_INHERIT, true, 0},
	{"protect", PTHREAD_MUTEX_NORMAL, false, PTHREAD_PRIO_PROTECT, false, 0},
	{"protect-recursive", PTHREAD_MUTEX_RECURSIVE, false, PTHREAD_PRIO_PROTECT, false, 0},
	{"protect-errorcheck", PTHREAD_MUTEX_ERRORCHECK, false, PTHREAD_PRIO_PROTECT, false, 0},
	{"garbage", PTHREAD_MUTEX_NORMAL, false, PTHREAD_PRIO_NONE, false, 0x7f},
};

/* A call on the mutex, with a deadline where it has one. */
enum call { LOCK, TRYLOCK, TIMEDLOCK, CLOCKLOCK, UNLOCK, UNLOCK_ELSEWHERE, CALLS };
enum deadline { NONE, NEAR, PAST, BEFORE_1970, BAD_NSEC, NEGATIVE_NSEC, DEADLINES };
static const char *const call_names[CALLS] = {"lock",      "trylock", "timedlock",
					      "clocklock", "unlock",  "unlock-elsewhere"};
static const char *const deadline_names[DEADLINES] = {"", "-near", "-past", "-1969", "-nsec", "-nsec-negative"};

struct clock_choice {
	const char *name;
	clockid_t clock;
};
static const struct clock_choice clocks[] = {
	{"realtime", CLOCK_REALTIME},
	{"monotonic", CLOCK_MONOTONIC},
	{"cputime", CLOCK_PROCESS_CPUTIME_ID},
	{"bad", 99},
};

static unsigned cells;
static pid_t main_tid;
static _Atomic bool calling; /* the main thread is about to make its call */

/* Returns when the main thread sleeps, in its call or, where that returned at once, later. */
static void await_call(void)
{
	while (!calling)
		hazard_sleep_us(100);
	hazard_await_asleep(main_tid);
}

/* The other party: takes the mutex, tells, and keeps it until asked; or ends with it. */
struct other {
	pthread_mutex_t *mutex;
	pthread_barrier_t taken, release;
	bool dies;
	bool by_itself; /* releases once the main thread waits, not when asked */
	int result;
};

static void *other_main(void *argument)
{
	struct other *other = argument;

	other->result = pthread_mutex_lock(other->mutex);
	pthread_barrier_wait(&other->taken);
	if (other->dies)
		return NULL;
	if (other->by_itself)
		await_call();
	else
		pthread_barrier_wait(&other->release);
	pthread_mutex_unlock(other->mutex);
	return NULL;
}

static pthread_t other_start(struct other *other, pthread_mutex_t *mutex, bool dies, bool by_itself)
{
	pthread_t thread;

	*other = (struct other){.mutex = mutex, .dies = dies, .by_itself = by_itself};
	pthread_barrier_init(&other->taken, NULL, 2);
	pthread_barrier_init(&other->release, NULL, 2);
	thread = hazard_start(other_main, other);
	pthread_barrier_wait(&other->taken);
	return thread;
}

static int make(const struct kind *kind, pthread_mutex_t *out_mutex)
{
	pthread_mutexattr_t attributes;
	int error;

	memset(out_mutex, 0, sizeof(*out_mutex));
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind->type);
	pthread_mutexattr_setrobust(&attributes, kind->robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
	pthread_mutexattr_setprotocol(&attributes, kind->protocol);
	pthread_mutexattr_setpshared(&attributes, kind->shared ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
	if (kind->protocol == PTHREAD_PRIO_PROTECT)
		pthread_mutexattr_setprioceiling(&attributes, 10);
	error = pthread_mutex_init(out_mutex, &attributes);
	if (kind->garbage)
		out_mutex->__data.__kind = kind->garbage;
	return error;
}

/* Can `kind` be in `state`? Owner death without robustness is a plain hang, garbage has no states. */
static bool is_possible(const struct kind *kind, enum state state)
{
	if (kind->garbage)
		return state == FREE;
	if (state == SELF_TWICE)
		return kind->type == PTHREAD_MUTEX_RECURSIVE;
	if (state >= OWNER_DIED)
		return kind->robust;
	return true;
}

/* Brings the mutex into the state; the thread that holds it, if another does, in *out_thread. False: not possible here. */
static bool enter(pthread_mutex_t *mutex, enum state state, struct other *other, pthread_t *out_thread)
{
	int error = 0;

	if (state == SELF || state == SELF_TWICE)
		error = pthread_mutex_lock(mutex);
	if (state == SELF_TWICE)
		error = pthread_mutex_lock(mutex);
	if (state == OTHER || state == OTHER_RELEASES)
		*out_thread = other_start(other, mutex, false, state == OTHER_RELEASES);
	if (state >= OWNER_DIED) {
		hazard_join(other_start(other, mutex, true, false));
		error = other->result;
	}
	if (state == OWNER_DIED_CONSISTENT) {
		need(pthread_mutex_lock(mutex) == EOWNERDEAD, "owner died");
		need(!pthread_mutex_consistent(mutex), "made consistent");
	}
	if (state == UNRECOVERABLE) {
		need(pthread_mutex_lock(mutex) == EOWNERDEAD, "owner died");
		pthread_mutex_unlock(mutex);
	}
	return !error;
}

/* Would the call wait for ever in this state? */
static bool is_endless(const struct kind *kind, enum state state, enum call call, enum deadline deadline)
{
	bool checks = kind->type == PTHREAD_MUTEX_ERRORCHECK || kind->type == PTHREAD_MUTEX_RECURSIVE;

	if (call == UNLOCK || call == UNLOCK_ELSEWHERE || call == TRYLOCK || deadline != NONE)
		return false;
	if (state == OTHER)
		return true;
	return (state == SELF || state == OWNER_DIED_CONSISTENT) && !checks;
}

static struct timespec deadline_of(enum deadline deadline, enum state state, clockid_t clock)
{
	int64_t ms = deadline == PAST ? -50 : state == OTHER_RELEASES ? FAR_MS : NEAR_MS;
	struct timespec at = hazard_deadline(clock == 99 ? CLOCK_MONOTONIC : clock, ms);

	if (deadline == BEFORE_1970)
		at.tv_sec = -1;
	if (deadline == BAD_NSEC)
		at.tv_nsec = 1000000000;
	if (deadline == NEGATIVE_NSEC)
		at.tv_nsec = -1;
	return at;
}

struct cell {
	const struct kind *kind;
	enum state state;
	enum call call;
	enum deadline deadline;
	const struct clock_choice *clock;
};

struct elsewhere {
	pthread_mutex_t *mutex;
	int result, error;
};

static void *unlock_elsewhere(void *argument)
{
	struct elsewhere *elsewhere = argument;

	errno = ERRNO_CANARY;
	elsewhere->result = pthread_mutex_unlock(elsewhere->mutex);
	elsewhere->error = errno;
	return NULL;
}

static int call_it(const struct cell *cell, pthread_mutex_t *mutex, int *out_errno)
{
	struct timespec at = deadline_of(cell->deadline, cell->state, cell->clock->clock);
	struct elsewhere elsewhere = {.mutex = mutex};
	int result = 0;

	if (cell->call == UNLOCK_ELSEWHERE) {
		hazard_join(hazard_start(unlock_elsewhere, &elsewhere));
		*out_errno = elsewhere.error;
		return elsewhere.result;
	}
	calling = true;
	errno = ERRNO_CANARY;
	if (cell->call == LOCK)
		result = pthread_mutex_lock(mutex);
	if (cell->call == TRYLOCK)
		result = pthread_mutex_trylock(mutex);
	if (cell->call == TIMEDLOCK)
		result = pthread_mutex_timedlock(mutex, &at);
	if (cell->call == CLOCKLOCK)
		result = pthread_mutex_clocklock(mutex, cell->clock->clock, &at);
	if (cell->call == UNLOCK)
		result = pthread_mutex_unlock(mutex);
	*out_errno = errno;
	return result;
}

static const char *owner_name(const pthread_mutex_t *mutex)
{
	int owner = mutex->__data.__owner;

	if (!owner)
		return "nobody";
	if (owner == gettid())
		return "self";
	return owner == 0x7fffffff ? "inconsistent" : owner == 0x7ffffffe ? "not-recoverable" : "other";
}

/* What the mutex looks like afterwards: all of it but thread ids and addresses. */
static void describe(const pthread_mutex_t *mutex, char *out_text, size_t bytes)
{
	unsigned word = mutex->__data.__lock;

	snprintf(out_text, bytes, "owner %s, word %s, count %u, users %u", owner_name(mutex),
		 !word               ? "0"
		 : word & 0x3fffff00 ? "tid"
		 : (word & ~1u) == 2 ? "waiters"
				     : "1",
		 mutex->__data.__count, mutex->__data.__nusers);
}

static void run_cell(const struct cell *cell)
{
	static pthread_mutex_t mutexes[MUTEXES]; /* one each: those left locked stay in the thread's robust list */
	pthread_mutex_t *mutex = &mutexes[cells];
	bool has_deadline = cell->deadline != NONE;
	pthread_t thread = 0;
	struct other other;
	char after[128];
	int result, error;

	need(cells < MUTEXES, "room for all cells");
	calling = false;
	if (make(cell->kind, mutex) || !enter(mutex, cell->state, &other, &thread)) {
		printf("%s/%s -> cannot be made here\n", cell->kind->name, state_names[cell->state]);
		return;
	}
	result = call_it(cell, mutex, &error);
	describe(mutex, after, sizeof(after));
	if (cell->state == OTHER)
		pthread_barrier_wait(&other.release);
	if (thread)
		hazard_join(thread);
	printf("%s/%s/%s%s%s%s -> %s, errno %s, %s\n", cell->kind->name, state_names[cell->state],
	       call_names[cell->call], deadline_names[cell->deadline], has_deadline ? "-" : "",
	       has_deadline ? cell->clock->name : "", result ? strerrorname_np(result) : "0",
	       error == ERRNO_CANARY ? "untouched" : strerrorname_np(error), after);
	cells++;
}

/* Unlocking a robust or priority mutex that is in nobody's hands is as undefined as can be: it walks the thread's list. */
static bool is_undefined(const struct cell *cell)
{
	bool unlocks = cell->call == UNLOCK || cell->call == UNLOCK_ELSEWHERE;
	bool is_plain = !cell->kind->robust && cell->kind->protocol == PTHREAD_PRIO_NONE;

	/* The outcome depends on who comes first. */
	if (cell->state == OTHER_RELEASES && (cell->deadline == NONE ? cell->call != LOCK : cell->deadline != NEAR))
		return true;
	if (cell->call == UNLOCK_ELSEWHERE && cell->state == OTHER)
		return true;
	return unlocks && !is_plain && cell->state == FREE && cell->kind->type == PTHREAD_MUTEX_NORMAL;
}

static void run_call(const struct kind *kind, enum state state, enum call call)
{
	struct cell cell = {.kind = kind, .state = state, .call = call, .clock = &clocks[0]};
	bool is_timed = call == TIMEDLOCK || call == CLOCKLOCK;
	size_t choices = call == CLOCKLOCK ? sizeof(clocks) / sizeof(*clocks) : 1;

	for (size_t c = 0; c < choices; c++) {
		cell.clock = &clocks[c];
		for (int deadline = is_timed ? NEAR : NONE; deadline < (is_timed ? DEADLINES : NEAR); deadline++) {
			cell.deadline = deadline;
			if (!is_endless(kind, state, call, deadline) && !is_undefined(&cell))
				run_cell(&cell);
		}
	}
}

int main(void)
{
	hazard_limit(60);
	main_tid = gettid();
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		for (int state = 0; state < STATES; state++)
			for (int call = 0; call < CALLS && is_possible(&kinds[k], state); call++)
				run_call(&kinds[k], state, call);
	printf("%u cells\n", cells);
	return 0;
}
