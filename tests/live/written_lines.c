/* SPDX-License-Identifier: MIT */
/* written_lines: which cache lines the library writes.
 *
 *   pairs   in calls that need not wait, none but those of the calling thread's own record. (Those are kept from time to time that only look
 *           like waits: with a rate that no wait reaches this can be told apart.)
 *   sides   two threads wait for an object, and another one releases it, in turn with two that have another object: no line is written
 *           by both sides. Their objects are neighbours in the library's tables.
 *
 * flags: -iquote sampling
 */
#include "check.h"
#include "bench/counted.h"
#include "hazard/hazard.h"
#include "write_trace.h"

enum {
	LINE_BYTES = 64,
	WARM_ROUNDS = 5, /* what is written for the first time only: frame rules, samples, names of locks */
	TRACED_ROUNDS = 5,
	CELLS = 8192,
	LINES = 4096,
};

static void report_pair(const char *name)
{
	unsigned count = write_trace_end(), elsewhere = 0;
	const struct thread *own = write_trace_record(gettid());

	for (unsigned i = 0; i < count; i++)
		if (!write_trace_is_in(own, write_trace.writes[i].address)) {
			elsewhere++;
			printf("# %s writes %s\n", name, write_trace_place(write_trace.writes[i].address));
		}
	ok(elsewhere == 0, "%s: all %u writes are to the thread's own record", name, count);
}

static void trace_pairs(void)
{
#define COUNTED(pair, first, second)                                                                                   \
	for (volatile int round = 0; round <= WARM_ROUNDS; round++) {                                                  \
		if (round == WARM_ROUNDS)                                                                              \
			write_trace_begin();                                                                           \
		first;                                                                                                 \
		second;                                                                                                \
		if (round == WARM_ROUNDS)                                                                              \
			report_pair(pair);                                                                             \
	}
#define COUNTED_OBJECT(pair, first, second)                                                                            \
	if (false) {                                                                                                   \
		first;                                                                                                 \
		second;                                                                                                \
	}
#define PAIR(pair, limit_single, limit_threads, first, second) COUNTED(pair, first, second)
#include "bench/pairs.def"
#include "bench/counted.def"
#undef PAIR
#undef COUNTED
}

/* What one side waits for and the other side does not. */
struct cell {
	_Alignas(LINE_BYTES) union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
		pthread_cond_t cond;
		sem_t semaphore;
		_Atomic unsigned word;
		int ends[2]; /* of a pipe */
	};
	pthread_mutex_t beside; /* of a condition */
	bool is_over;
};

static struct cell cells[CELLS];

/* name; what the holder does before, the waiter does, and the holder does then. */
#define WAITS(WAIT)                                                                                                    \
	WAIT(mutex, pthread_mutex_lock(&cell->mutex),                                                                  \
	     (pthread_mutex_lock(&cell->mutex), pthread_mutex_unlock(&cell->mutex)),                                   \
	     pthread_mutex_unlock(&cell->mutex))                                                                       \
	WAIT(rwlock, pthread_rwlock_wrlock(&cell->rwlock),                                                             \
	     (pthread_rwlock_rdlock(&cell->rwlock), pthread_rwlock_unlock(&cell->rwlock)),                             \
	     pthread_rwlock_unlock(&cell->rwlock))                                                                     \
	WAIT(semaphore, (void)0, sem_wait(&cell->semaphore), sem_post(&cell->semaphore))                               \
	WAIT(cond, cell->is_over = false, wait_for_cond(cell), signal_cond(cell))                                      \
	WAIT(futex, cell->word = 2, wait_for_word(&cell->word), wake_word(&cell->word))                                \
	WAIT(pipe, open_pipe(cell), (void)!read(cell->ends[0], (char[1]){0}, 1), (void)!write(cell->ends[1], "", 1))

static void open_pipe(struct cell *cell)
{
	if (!cell->ends[1])
		need(!pipe(cell->ends), "a pipe");
}

__attribute__((always_inline)) static inline void wait_for_cond(struct cell *cell)
{
	pthread_mutex_lock(&cell->beside);
	while (!cell->is_over)
		pthread_cond_wait(&cell->cond, &cell->beside);
	pthread_mutex_unlock(&cell->beside);
}

__attribute__((always_inline)) static inline void signal_cond(struct cell *cell)
{
	pthread_mutex_lock(&cell->beside);
	cell->is_over = true;
	pthread_cond_signal(&cell->cond);
	pthread_mutex_unlock(&cell->beside);
}

__attribute__((always_inline)) static inline void wait_for_word(_Atomic unsigned *word)
{
	while (*word == 2)
		syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL);
}

__attribute__((always_inline)) static inline void wake_word(_Atomic unsigned *word)
{
	*word = 0;
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
}

typedef void job(struct cell *cell);

/* Each side has functions of its own, so that its stacks are its own, too. */
#define JOB(name, what)                                                                                                \
	__attribute__((noinline)) static void name(struct cell *cell)                                                  \
	{                                                                                                              \
		(void)cell;                                                                                            \
		what;                                                                                                  \
		__asm__ volatile("" ::: "memory"); /* no tail call */                                                  \
	}
#define WAIT(name, prepare, wait, release)                                                                             \
	JOB(prepare_0_##name, prepare)                                                                                 \
	JOB(wait_0_##name, wait)                                                                                       \
	JOB(release_0_##name, release)                                                                                 \
	JOB(prepare_1_##name, prepare)                                                                                 \
	JOB(wait_1_##name, wait)                                                                                       \
	JOB(release_1_##name, release)
WAITS(WAIT)
#undef WAIT

struct jobs {
	job *prepare, *wait, *release;
};

static const struct {
	const char *name;
	struct jobs sides[2];
} waits[] = {
#define WAIT(name, prepare, wait, release)                                                                             \
	{#name,                                                                                                        \
	 {{prepare_0_##name, wait_0_##name, release_0_##name}, {prepare_1_##name, wait_1_##name, release_1_##name}}},
	WAITS(WAIT)
#undef WAIT
};

/* A thread that does what it is told, one job after the other. */
struct worker {
	_Atomic(job *) job; /* NULL: it has done the last one */
	struct cell *_Atomic cell;
	_Atomic pid_t tid;
};

static struct side {
	struct cell *cell;
	struct worker holder, waiter;
	uint64_t lines[LINES]; /* that they wrote */
	unsigned line_count;
} sides[2];

static void *work(void *argument)
{
	struct worker *worker = argument;

	atomic_store(&worker->tid, gettid());
	for (;;) {
		job *job = atomic_load(&worker->job);

		if (job) {
			job(atomic_load(&worker->cell));
			atomic_store(&worker->job, NULL);
		}
		sched_yield();
	}
	return NULL;
}

static void tell(struct worker *worker, struct cell *cell, job *job)
{
	atomic_store(&worker->cell, cell);
	atomic_store(&worker->job, job);
}

static void await_done(const struct worker *worker)
{
	while (atomic_load(&worker->job))
		sched_yield();
}

static void add_line(struct side *side, uint64_t line)
{
	for (unsigned i = 0; i < side->line_count; i++)
		if (side->lines[i] == line)
			return;
	if (side->line_count < LINES)
		side->lines[side->line_count++] = line;
}

static void note_lines(struct side *side, unsigned writes)
{
	for (unsigned i = 0; i < writes; i++) {
		pid_t tid = write_trace.writes[i].tid;

		if (tid == atomic_load(&side->holder.tid) || tid == atomic_load(&side->waiter.tid))
			add_line(side, write_trace.writes[i].address / LINE_BYTES);
	}
}

/* One wait, and the release that ends it. */
static void make_wait(struct side *side, const struct jobs *jobs, bool is_traced)
{
	tell(&side->holder, side->cell, jobs->prepare);
	await_done(&side->holder);
	if (is_traced)
		write_trace_begin();
	tell(&side->waiter, side->cell, jobs->wait);
	hazard_await_asleep(atomic_load(&side->waiter.tid));
	tell(&side->holder, side->cell, jobs->release);
	await_done(&side->holder);
	await_done(&side->waiter);
	if (is_traced)
		note_lines(side, write_trace_end());
}

static bool has_line(const struct side *side, uint64_t line)
{
	for (unsigned i = 0; i < side->line_count; i++)
		if (side->lines[i] == line)
			return true;
	return false;
}

static void report_sides(const char *name)
{
	unsigned shared = 0;

	for (unsigned i = 0; i < sides[0].line_count; i++)
		if (has_line(&sides[1], sides[0].lines[i])) {
			shared++;
			printf("# %s: both sides write to %s\n", name,
			       write_trace_place(sides[0].lines[i] * LINE_BYTES));
		}
	ok(sides[0].line_count && sides[1].line_count, "%s: there are lines written, %u and %u", name,
	   sides[0].line_count, sides[1].line_count);
	ok(shared == 0, "%s: no line is written by those that wait for different ones", name);
}

/* Neighbours, but not the same, in the library's tables, be they larger or smaller? */
static bool are_neighbours(const void *one, const void *other)
{
	return waiters_bucket_of(other) == waiters_bucket_of(one) + 1 &&
	       address_hash(other, WAKERS_BITS) == address_hash(one, WAKERS_BITS) + 1;
}

/* Two that nobody used. */
static void choose_cells(void)
{
	static unsigned first;

	for (; first < CELLS; first++)
		for (unsigned i = 0; i < CELLS; i++)
			if (are_neighbours(&cells[first], &cells[i]) &&
			    waiters_bucket_of(&cells[first].beside) != waiters_bucket_of(&cells[i].beside)) {
				sides[0].cell = &cells[first++];
				sides[1].cell = &cells[i];
				return;
			}
	need(false, "neighbours");
}

static void trace_wait(const char *name, const struct jobs *one, const struct jobs *other)
{
	choose_cells();
	sides[0].line_count = sides[1].line_count = 0;
	for (unsigned round = 0; round < WARM_ROUNDS + TRACED_ROUNDS; round++) {
		make_wait(&sides[0], one, round >= WARM_ROUNDS);
		make_wait(&sides[1], other, round >= WARM_ROUNDS);
	}
	report_sides(name);
}

static void start_worker(struct worker *worker)
{
	hazard_start(work, worker);
	while (!atomic_load(&worker->tid))
		sched_yield();
}

static void start_workers(void)
{
	for (unsigned i = 0; i < 2; i++) {
		start_worker(&sides[i].holder);
		start_worker(&sides[i].waiter);
	}
}

static void trace_sides(void)
{
	for (unsigned i = 0; i < sizeof(waits) / sizeof(*waits); i++)
		trace_wait(waits[i].name, &waits[i].sides[0], &waits[i].sides[1]);
	trace_wait("mutex, by the same code", &waits[0].sides[0], &waits[0].sides[0]);
}

int main(int argc, char **argv)
{
	need(argc == 2, "pairs or sides");
	counted_init();
	start_workers();
	if (!write_trace_init()) {
		skip(1, "writes cannot be traced");
		return done();
	}
	if (!strcmp(argv[1], "pairs"))
		trace_pairs();
	else
		trace_sides();
	return done();
}
