/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: every kind of reader-writer lock, in every state, answers every call as it does without us: result, errno, and who
 * may have it after.
 */
#include "matrix_other.h"

struct kind {
	const char *name;
	int preference;
	int shared;
};
static const struct kind kinds[] = {
	{"prefer-reader", PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_PROCESS_PRIVATE},
	{"prefer-writer", PTHREAD_RWLOCK_PREFER_WRITER_NP, PTHREAD_PROCESS_PRIVATE},
	{"prefer-writer-nonrecursive", PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, PTHREAD_PROCESS_PRIVATE},
	{"prefer-reader-shared", PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_PROCESS_SHARED},
	{"prefer-writer-shared", PTHREAD_RWLOCK_PREFER_WRITER_NP, PTHREAD_PROCESS_SHARED},
	{"prefer-writer-nonrecursive-shared", PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, PTHREAD_PROCESS_SHARED},
};

MATRIX_OLD_FUNCTION(__pthread_rwlock_rdlock);
MATRIX_OLD_FUNCTION(__pthread_rwlock_tryrdlock);
MATRIX_OLD_FUNCTION(__pthread_rwlock_wrlock);
MATRIX_OLD_FUNCTION(__pthread_rwlock_trywrlock);
MATRIX_OLD_FUNCTION(__pthread_rwlock_unlock);

static const struct matrix_function functions[] = {
#define RWLOCK MATRIX_FUNCTION
#include "matrix.def"
};

static int read_lock(void *lock)
{
	return pthread_rwlock_rdlock(lock);
}

static int write_lock(void *lock)
{
	return pthread_rwlock_wrlock(lock);
}

static int unlock(void *lock)
{
	return pthread_rwlock_unlock(lock);
}

/* One reader more would not fit the counter. */
static int read_lock_most(void *lock)
{
	((pthread_rwlock_t *)lock)->__data.__readers = 0x7ffffff8;
	return 0;
}

/* Who has the lock: the main thread, the other party, and perhaps a writer waits for it. */
struct state {
	const char *name;
	int (*self)(void *lock);
	int (*other)(void *lock);
	enum matrix_conduct conduct;
	bool writer_waits;
};
static const struct state states[] = {
	{"free", NULL, NULL, KEEPS, false},
	{"self-reads", read_lock, NULL, KEEPS, false},
	{"self-writes", write_lock, NULL, KEEPS, false},
	{"most-read", read_lock_most, NULL, KEEPS, false},
	{"other-reads", NULL, read_lock, KEEPS, false},
	{"other-writes", NULL, write_lock, KEEPS, false},
	{"both-read", read_lock, read_lock, KEEPS, false},
	{"other-reads-gives", NULL, read_lock, GIVES, false},
	{"other-writes-gives", NULL, write_lock, GIVES, false},
	{"other-reads-interrupts", NULL, read_lock, INTERRUPTS, false},
	{"other-writes-interrupts", NULL, write_lock, INTERRUPTS, false},
	{"reader-died", NULL, read_lock, KEEPS_FOR_EVER, false},
	{"writer-died", NULL, write_lock, KEEPS_FOR_EVER, false},
	{"self-reads-writer-waits", read_lock, NULL, KEEPS, true},
	{"other-reads-writer-waits", NULL, read_lock, KEEPS, true},
	{"other-writes-writer-waits", NULL, write_lock, KEEPS, true},
	{"other-reads-gives-writer-waits", NULL, read_lock, GIVES, true},
	{"other-writes-gives-writer-waits", NULL, write_lock, GIVES, true},
};

static bool is_helped(const struct state *state)
{
	return state->conduct == GIVES || state->conduct == INTERRUPTS;
}

/* A reader waits for a writer that has the lock or, where writers come first, waits for it. */
static bool waits(const struct kind *kind, const struct state *state, const struct matrix_function *function)
{
	bool is_written = state->other == write_lock;
	bool is_read = state->other == read_lock || state->self == read_lock || state->self == read_lock_most;
	bool yields = state->writer_waits && kind->preference == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;

	if (function->way == TRY || function->act == RELEASE)
		return false;
	return function->act == READ ? is_written || yields : is_written || is_read;
}

/* Unlocking what one does not have is undefined; a reader's unlock may come from any thread. */
static bool is_undefined(const struct state *state, const struct matrix_call *call)
{
	if (call->function->act != RELEASE)
		return false;
	return !state->self || state->self == read_lock_most || (call->elsewhere && state->self == write_lock);
}

static void init(const struct kind *kind, pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, kind->preference);
	pthread_rwlockattr_setpshared(&attributes, kind->shared);
	need(!pthread_rwlock_init(lock, &attributes), "made");
}

struct parties {
	struct matrix_other other, writer;
};

static void enter(const struct state *state, pthread_rwlock_t *lock, struct parties *parties)
{
	parties->other = (struct matrix_other){state->conduct, lock, .take = state->other, .give = unlock};
	parties->writer = (struct matrix_other){PASSES, lock, .take = write_lock, .give = unlock};
	if (state->self)
		need(!state->self(lock), "taken");
	if (state->other)
		matrix_other_start(&parties->other);
	if (state->writer_waits)
		matrix_other_start(&parties->writer);
}

/* Whom the main thread let in, it awaits before it looks. */
static void settle(const struct state *state, const struct matrix_call *call, struct parties *parties)
{
	if (state->writer_waits && call->function->act == RELEASE)
		matrix_other_end(&parties->writer);
}

/* The main thread gives what it has, or the writer would never end. */
static void leave(const struct state *state, const struct matrix_invocation *invocation, struct parties *parties)
{
	unsigned holds = state->self && state->self != read_lock_most;

	if (!invocation->result)
		holds += invocation->call->function->act == RELEASE ? -1 : 1;
	for (unsigned i = 0; i < holds; i++)
		unlock(invocation->first);
	if (state->other)
		matrix_other_end(&parties->other);
	if (state->writer_waits && invocation->call->function->act != RELEASE)
		matrix_other_end(&parties->writer);
}

struct probe {
	pthread_rwlock_t *lock;
	int read, write;
};

/* Might yet another thread have the lock? */
static void *probe_main(void *argument)
{
	struct probe *probe = argument;

	probe->read = pthread_rwlock_tryrdlock(probe->lock);
	if (!probe->read)
		pthread_rwlock_unlock(probe->lock);
	probe->write = pthread_rwlock_trywrlock(probe->lock);
	if (!probe->write)
		pthread_rwlock_unlock(probe->lock);
	return NULL;
}

static void describe(pthread_rwlock_t *lock, char *out_text, size_t bytes)
{
	int writer = lock->__data.__cur_writer;
	unsigned readers = lock->__data.__readers >> 3;

	snprintf(out_text, bytes, "readers %u, writer %s", readers,
		 !writer              ? "nobody"
		 : writer == gettid() ? "self"
				      : "other");
}

static void run_cell(const struct kind *kind, const struct state *state, const struct matrix_call *call)
{
	pthread_rwlock_t lock;
	struct matrix_invocation invocation = {.call = call, .first = &lock, .clock = CLOCK_REALTIME};
	struct probe probe = {.lock = &lock};
	struct parties parties;
	char where[64], now[64], after[128];

	matrix_cell_begin();
	init(kind, &lock);
	enter(state, &lock, &parties);
	matrix_invoke(&invocation);
	settle(state, call, &parties);
	describe(&lock, now, sizeof(now));
	hazard_join(hazard_start(probe_main, &probe));
	snprintf(after, sizeof(after), "%s, to others: read %s, write %s", now, matrix_error_name(probe.read),
		 matrix_error_name(probe.write));
	leave(state, &invocation, &parties);
	snprintf(where, sizeof(where), "%s/%s", kind->name, state->name);
	matrix_cell_print(where, &invocation, matrix_error_name(invocation.result), after);
}

static void run_function(const struct kind *kind, const struct state *state, const struct matrix_function *function)
{
	struct matrix_call call = matrix_call_first(function);

	do {
		if (matrix_call_ends(&call, waits(kind, state, function), is_helped(state)) &&
		    !is_undefined(state, &call))
			run_cell(kind, state, &call);
	} while (matrix_call_next(&call));
}

int main(void)
{
	hazard_limit(60);
	matrix_catch_signal(false);
	for (size_t k = 0; k < MATRIX_COUNT(kinds); k++)
		for (size_t s = 0; s < MATRIX_COUNT(states); s++)
			for (size_t f = 0; f < MATRIX_COUNT(functions); f++)
				run_function(&kinds[k], &states[s], &functions[f]);
	return matrix_finish();
}
