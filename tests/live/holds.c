/* SPDX-License-Identifier: MIT */
/* holds: locks that are held for known times. holds: ROUNDS of every way to take a lock and to hold it, each in a function of its own,
 * then holds whose ends cannot be told; prints of each way its name, the leaf and kind of its samples, how often and for how many
 * ns it held, by the program's own clock. holds pattern: many short holds, every fifth of them long. */
#include <stdatomic.h>
#include <string.h>
#include <threads.h>

#include "known_waits.h"

enum { ROUNDS = 10, HOLD_US = 1000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t mtx;
static cnd_t cnd;

/* What one way has held; of all threads that go it. */
struct way {
	_Atomic uint64_t count;
	_Atomic uint64_t held_ns;
	_Atomic uint64_t squares; /* of us, added up */
};

/* A hold as the program sees it, between acquisition and release. */
static uint64_t hold_us(unsigned us)
{
	uint64_t since_ns = t_now_ns();

	t_spin_us(us);
	return since_ns;
}

static void held_since(struct way *way, uint64_t since_ns)
{
	uint64_t ns = t_now_ns() - since_ns;

	atomic_fetch_add(&way->count, 1);
	atomic_fetch_add(&way->held_ns, ns);
	atomic_fetch_add(&way->squares, (ns / 1000) * (ns / 1000));
}

#define HOLD(way) held_since(way, hold_us(HOLD_US))

/* A function NAME that takes, holds and releases once. */
#define SIMPLE(name, take, release)                                                                                    \
	OWN_FRAME static void name(struct way *way)                                                                    \
	{                                                                                                              \
		need(!take, #name);                                                                                    \
		HOLD(way);                                                                                             \
		need(!release, #name);                                                                                 \
		NO_TAIL_CALL();                                                                                        \
	}

SIMPLE(mutex_lock, pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex))
SIMPLE(mutex_try, pthread_mutex_trylock(&mutex), pthread_mutex_unlock(&mutex))
SIMPLE(mutex_timed, pthread_mutex_timedlock(&mutex, DEADLINE(CLOCK_REALTIME, 9999)), pthread_mutex_unlock(&mutex))
SIMPLE(mutex_clock, pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, DEADLINE(CLOCK_MONOTONIC, 9999)),
       pthread_mutex_unlock(&mutex))
SIMPLE(mtx_locks, mtx_lock(&mtx), mtx_unlock(&mtx))
SIMPLE(mtx_try, mtx_trylock(&mtx), mtx_unlock(&mtx))
SIMPLE(mtx_deadline, mtx_timedlock(&mtx, DEADLINE(CLOCK_REALTIME, 9999)), mtx_unlock(&mtx))
SIMPLE(reader, pthread_rwlock_rdlock(&rwlock), pthread_rwlock_unlock(&rwlock))
SIMPLE(reader_try, pthread_rwlock_tryrdlock(&rwlock), pthread_rwlock_unlock(&rwlock))
SIMPLE(reader_timed, pthread_rwlock_timedrdlock(&rwlock, DEADLINE(CLOCK_REALTIME, 9999)),
       pthread_rwlock_unlock(&rwlock))
SIMPLE(writer, pthread_rwlock_wrlock(&rwlock), pthread_rwlock_unlock(&rwlock))
SIMPLE(writer_try, pthread_rwlock_trywrlock(&rwlock), pthread_rwlock_unlock(&rwlock))
SIMPLE(writer_clock, pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, DEADLINE(CLOCK_MONOTONIC, 9999)),
       pthread_rwlock_unlock(&rwlock))
SIMPLE(spinner, pthread_spin_lock(&spin), pthread_spin_unlock(&spin))
SIMPLE(spinner_try, pthread_spin_trylock(&spin), pthread_spin_unlock(&spin))
SIMPLE(contended, pthread_mutex_lock(&mutex), pthread_mutex_unlock(&mutex))
SIMPLE(contended_writer, pthread_rwlock_wrlock(&rwlock), pthread_rwlock_unlock(&rwlock))
SIMPLE(readers, pthread_rwlock_rdlock(&rwlock), pthread_rwlock_unlock(&rwlock))

/* From the first lock to the last unlock. */
OWN_FRAME static void levels(struct way *way)
{
	uint64_t since_ns;

	pthread_mutex_lock(&recursive);
	since_ns = hold_us(HOLD_US);
	pthread_mutex_lock(&recursive);
	need(!pthread_mutex_trylock(&recursive), "a third level");
	pthread_mutex_unlock(&recursive);
	t_spin_us(HOLD_US);
	pthread_mutex_unlock(&recursive);
	t_spin_us(HOLD_US);
	held_since(way, since_ns);
	pthread_mutex_unlock(&recursive);
	NO_TAIL_CALL();
}

OWN_FRAME static void inner(void)
{
	pthread_mutex_lock(&other);
	NO_TAIL_CALL();
}

/* One lock inside another one's hold, released after it. */
OWN_FRAME static void outer(struct way *way)
{
	uint64_t since_ns;

	pthread_mutex_lock(&mutex);
	since_ns = hold_us(HOLD_US);
	inner();
	t_spin_us(HOLD_US);
	held_since(way, since_ns);
	pthread_mutex_unlock(&mutex);
	t_spin_us(HOLD_US);
	pthread_mutex_unlock(&other);
	NO_TAIL_CALL();
}

/* The wait ends one hold, and begins another one. */
OWN_FRAME static void before_wait(struct way *way)
{
	pthread_mutex_lock(&mutex);
	HOLD(way);
	pthread_cond_timedwait(&cond, &mutex, DEADLINE(CLOCK_REALTIME, 5));
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void after_wait(struct way *way)
{
	pthread_mutex_lock(&mutex);
	pthread_cond_timedwait(&cond, &mutex, DEADLINE(CLOCK_REALTIME, 5));
	HOLD(way);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

OWN_FRAME static void after_c11_wait(struct way *way)
{
	mtx_lock(&mtx);
	cnd_timedwait(&cnd, &mtx, DEADLINE(CLOCK_REALTIME, 5));
	HOLD(way);
	mtx_unlock(&mtx);
	NO_TAIL_CALL();
}

/* One that is refused ends none. */
OWN_FRAME static void refused_wait(struct way *way)
{
	struct timespec never = {.tv_nsec = -1};
	uint64_t since_ns;

	pthread_mutex_lock(&mutex);
	since_ns = hold_us(HOLD_US);
	need(pthread_cond_timedwait(&cond, &mutex, &never) == EINVAL, "no such time");
	t_spin_us(HOLD_US);
	held_since(way, since_ns);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static void hold_and_unlock(void *way)
{
	HOLD((struct way *)way);
	pthread_mutex_unlock(&mutex);
}

OWN_FRAME static void *wait_for_cancellation(void *way)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(hold_and_unlock, way);
	pthread_cond_wait(&cond, &mutex);
	pthread_cleanup_pop(1);
	NO_TAIL_CALL();
	return NULL;
}

/* Who is cancelled has the mutex back, too. */
static void cancelled(struct way *way)
{
	pthread_t thread = hazard_start(wait_for_cancellation, way);

	t_sleep_ms(1);
	pthread_cancel(thread);
	hazard_join(thread);
}

struct crowd {
	void (*go)(struct way *way);
	struct way *way;
};

static void go_often(unsigned number, void *argument)
{
	struct crowd *crowd = argument;

	(void)number;
	for (int i = 0; i < ROUNDS / 2; i++)
		crowd->go(crowd->way);
}

static void play(const char *name, const char *leaf, const char *kind, void (*go)(struct way *way), unsigned threads)
{
	struct way way = {0};
	struct crowd crowd = {.go = go, .way = &way};

	if (threads)
		t_run(threads, go_often, &crowd);
	for (int i = 0; !threads && i < ROUNDS; i++)
		go(&way);
	printf("%s\t%s\t%s\t%lu\t%lu\n", name, leaf, kind, atomic_load(&way.count), atomic_load(&way.held_ns));
}

static void *unlock(void *lock)
{
	pthread_mutex_unlock(lock);
	return NULL;
}

static void *lock_and_end(void *lock)
{
	pthread_mutex_lock(lock);
	return NULL;
}

/* Unlocked by another thread; initialised anew; still held when their thread ends: ROUNDS of each. */
OWN_FRAME static void untold(void)
{
	static pthread_mutex_t orphans[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		pthread_mutex_lock(&other);
		hazard_join(hazard_start(unlock, &other));
		pthread_mutex_init(&orphans[i], NULL);
		pthread_mutex_lock(&orphans[i]);
		pthread_mutex_init(&orphans[i], NULL);
		hazard_join(hazard_start(lock_and_end, &orphans[i]));
	}
	NO_TAIL_CALL();
}

OWN_FRAME static void short_and_long(struct way *way, unsigned number)
{
	uint64_t since_ns;

	pthread_mutex_lock(&mutex);
	since_ns = t_now_ns();
	if (number % 5 == 3)
		t_spin_us(100);
	held_since(way, since_ns);
	pthread_mutex_unlock(&mutex);
	NO_TAIL_CALL();
}

static int pattern(void)
{
	struct way way = {0};

	for (unsigned i = 0; i < 2000; i++)
		short_and_long(&way, i);
	printf("%lu\t%lu\t%lu\n", atomic_load(&way.count), atomic_load(&way.held_ns), atomic_load(&way.squares));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "pattern") == 0)
		return pattern();
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	mtx_init(&mtx, mtx_timed);
	cnd_init(&cnd);
	play("mutex_lock", "pthread_mutex_lock", "mutex", mutex_lock, 0);
	play("mutex_try", "pthread_mutex_trylock", "mutex", mutex_try, 0);
	play("mutex_timed", "pthread_mutex_timedlock", "mutex", mutex_timed, 0);
	play("mutex_clock", "pthread_mutex_clocklock", "mutex", mutex_clock, 0);
	play("mtx_locks", "mtx_lock", "mutex", mtx_locks, 0);
	play("mtx_try", "mtx_trylock", "mutex", mtx_try, 0);
	play("mtx_deadline", "mtx_timedlock", "mutex", mtx_deadline, 0);
	play("reader", "pthread_rwlock_rdlock", "rwlock-read", reader, 0);
	play("reader_try", "pthread_rwlock_tryrdlock", "rwlock-read", reader_try, 0);
	play("reader_timed", "pthread_rwlock_timedrdlock", "rwlock-read", reader_timed, 0);
	play("writer", "pthread_rwlock_wrlock", "rwlock-write", writer, 0);
	play("writer_try", "pthread_rwlock_trywrlock", "rwlock-write", writer_try, 0);
	play("writer_clock", "pthread_rwlock_clockwrlock", "rwlock-write", writer_clock, 0);
	play("spinner", "pthread_spin_lock", "spin", spinner, 0);
	play("spinner_try", "pthread_spin_trylock", "spin", spinner_try, 0);
	play("contended", "pthread_mutex_lock", "mutex", contended, 4);
	play("contended_writer", "pthread_rwlock_wrlock", "rwlock-write", contended_writer, 4);
	play("readers", "pthread_rwlock_rdlock", "rwlock-read", readers, 4);
	play("levels", "pthread_mutex_lock", "mutex", levels, 0);
	play("outer", "pthread_mutex_lock", "mutex", outer, 0);
	play("before_wait", "pthread_mutex_lock", "mutex", before_wait, 0);
	play("after_wait", "pthread_cond_timedwait", "mutex", after_wait, 0);
	play("after_c11_wait", "cnd_timedwait", "mutex", after_c11_wait, 0);
	play("refused_wait", "pthread_mutex_lock", "mutex", refused_wait, 0);
	play("wait_for_cancellation", "pthread_cond_wait", "mutex", cancelled, 0);
	untold();
	return 0;
}
