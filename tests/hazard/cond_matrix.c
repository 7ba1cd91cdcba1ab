/* SPDX-License-Identifier: MIT
 * limit: 60
 *
 * Goal: waiting on a condition variable answers as it does without us, for every kind of mutex, way to wait, clock, deadline
 * and way to be woken: result, errno, who holds the mutex after, how deep. One line a cell; the runner compares with bare.
 */
#include "hazard.h"

enum { ERRNO_CANARY = 4711 };

struct kind {
	const char *name;
	int type;
	bool robust, inherit, shared;
};
static const struct kind kinds[] = {
	{"normal", PTHREAD_MUTEX_NORMAL, false, false, false},
	{"recursive", PTHREAD_MUTEX_RECURSIVE, false, false, false},
	{"errorcheck", PTHREAD_MUTEX_ERRORCHECK, false, false, false},
	{"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, false, false, false},
	{"robust", PTHREAD_MUTEX_NORMAL, true, false, false},
	{"inherit", PTHREAD_MUTEX_NORMAL, false, true, false},
	{"shared", PTHREAD_MUTEX_NORMAL, false, false, true},
};

enum way { WAIT, TIMEDWAIT, CLOCKWAIT_REALTIME, CLOCKWAIT_MONOTONIC, CLOCKWAIT_BAD, WAYS };
static const char *const way_names[WAYS] = {"wait", "timedwait", "clockwait-realtime", "clockwait-monotonic",
					    "clockwait-bad"};
enum deadline { FAR, NEAR, PAST, BEFORE_1970, BAD_NSEC, NEGATIVE_NSEC, DEADLINES };
static const char *const deadline_names[DEADLINES] = {"far", "near", "past", "1969", "nsec", "nsec-negative"};
enum waker { NOBODY, SIGNAL, BROADCAST, WAKERS };
static const char *const waker_names[WAKERS] = {"nobody", "signal", "broadcast"};
enum holding { NOT, ONCE, TWICE, HOLDINGS };
static const char *const holding_names[HOLDINGS] = {"not-held", "held", "held-twice"};

struct cell {
	const struct kind *kind;
	bool monotonic; /* the condition variable's own clock */
	enum way way;
	enum deadline deadline;
	enum waker waker;
	enum holding holding;
};

struct pair {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	enum waker waker;
	_Atomic bool done;
};

static unsigned cells;

static void make(const struct cell *cell, struct pair *out_pair)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	memset(out_pair, 0, sizeof(*out_pair));
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_settype(&mutex, cell->kind->type);
	pthread_mutexattr_setrobust(&mutex, cell->kind->robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
	pthread_mutexattr_setprotocol(&mutex, cell->kind->inherit ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
	pthread_mutexattr_setpshared(&mutex, cell->kind->shared);
	need(!pthread_mutex_init(&out_pair->mutex, &mutex), "mutex");
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, cell->kind->shared);
	pthread_condattr_setclock(&cond, cell->monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME);
	need(!pthread_cond_init(&out_pair->cond, &cond), "cond");
	out_pair->waker = cell->waker;
}

static void *wake(void *argument)
{
	struct pair *pair = argument;

	while (!pair->done) {
		hazard_sleep_us(500);
		if (pair->waker == SIGNAL)
			pthread_cond_signal(&pair->cond);
		if (pair->waker == BROADCAST)
			pthread_cond_broadcast(&pair->cond);
	}
	return NULL;
}

static clockid_t clock_of(const struct cell *cell)
{
	if (cell->way == CLOCKWAIT_REALTIME)
		return CLOCK_REALTIME;
	if (cell->way == CLOCKWAIT_MONOTONIC)
		return CLOCK_MONOTONIC;
	if (cell->way == CLOCKWAIT_BAD)
		return CLOCK_THREAD_CPUTIME_ID;
	return cell->monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static struct timespec deadline_of(const struct cell *cell)
{
	static const int ms[DEADLINES] = {[FAR] = 20000, [NEAR] = 8, [PAST] = -50};
	struct timespec at = hazard_deadline(clock_of(cell), ms[cell->deadline]);

	if (cell->deadline == BEFORE_1970)
		at.tv_sec = -1;
	if (cell->deadline == BAD_NSEC)
		at.tv_nsec = 1000000000;
	if (cell->deadline == NEGATIVE_NSEC)
		at.tv_nsec = -1;
	return at;
}

static int wait_for(const struct cell *cell, struct pair *pair)
{
	struct timespec at = deadline_of(cell);

	errno = ERRNO_CANARY;
	if (cell->way == WAIT)
		return pthread_cond_wait(&pair->cond, &pair->mutex);
	if (cell->way == TIMEDWAIT)
		return pthread_cond_timedwait(&pair->cond, &pair->mutex, &at);
	return pthread_cond_clockwait(&pair->cond, &pair->mutex, clock_of(cell), &at);
}

static void run_cell(const struct cell *cell)
{
	static struct pair pair;
	pthread_t waker = 0;
	int result, error;

	make(cell, &pair);
	for (int i = 0; i < (int)cell->holding; i++)
		need(!pthread_mutex_lock(&pair.mutex), "lock");
	if (cell->waker != NOBODY)
		waker = hazard_start(wake, &pair);
	result = wait_for(cell, &pair);
	error = errno;
	pair.done = true;
	printf("%s/%s/%s/%s/%s/%s -> %s, errno %s, owner %s, count %u, users %u\n", cell->kind->name,
	       cell->monotonic ? "monotonic" : "realtime", way_names[cell->way], deadline_names[cell->deadline],
	       waker_names[cell->waker], holding_names[cell->holding], result ? strerrorname_np(result) : "0",
	       error == ERRNO_CANARY ? "untouched" : strerrorname_np(error),
	       pair.mutex.__data.__owner == gettid() ? "self" : "not self", pair.mutex.__data.__count,
	       pair.mutex.__data.__nusers);
	cells++;
	if (waker)
		hazard_join(waker);
	for (int i = 0; i < (int)cell->holding; i++)
		pthread_mutex_unlock(&pair.mutex);
}

/* Left out: what waits for ever, what depends on who comes first, what glibc leaves undefined. */
static bool is_sensible(const struct cell *cell)
{
	bool ends_by_itself = cell->way != WAIT && cell->deadline != FAR;

	if (cell->way == WAIT && cell->deadline != FAR)
		return false;
	if (cell->holding == NOT)
		return cell->kind->type == PTHREAD_MUTEX_ERRORCHECK && cell->waker == NOBODY && ends_by_itself;
	if (cell->holding == TWICE)
		return cell->kind->type == PTHREAD_MUTEX_RECURSIVE && (cell->waker == NOBODY) == ends_by_itself;
	if (cell->way == CLOCKWAIT_BAD)
		return cell->waker == NOBODY && cell->deadline == NEAR;
	return (cell->waker == NOBODY) == ends_by_itself;
}

static void run_kind(const struct kind *kind, bool monotonic)
{
	for (int way = 0; way < WAYS; way++)
		for (int deadline = 0; deadline < DEADLINES; deadline++)
			for (int waker = 0; waker < WAKERS; waker++)
				for (int holding = 0; holding < HOLDINGS; holding++) {
					struct cell cell = {kind, monotonic, way, deadline, waker, holding};

					if (is_sensible(&cell))
						run_cell(&cell);
				}
}

int main(void)
{
	hazard_limit(60);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		run_kind(&kinds[k], false);
		run_kind(&kinds[k], true);
	}
	printf("%u cells\n", cells);
	return 0;
}
