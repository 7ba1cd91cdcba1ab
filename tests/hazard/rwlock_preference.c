/* SPDX-License-Identifier: MIT
 *
 * Goal: who goes first at a reader-writer lock is what its kind says: behind a waiting writer a reader waits where writers are
 * preferred, and passes where readers are, recursively too; a writer gets in through a flood of readers where it is preferred.
 */
#include "hazard.h"

enum {
	READERS = 8,
	WRITES = 300,
};

static pthread_rwlock_t lock;
static _Atomic pid_t writer_tid, reader_tid;
static _Atomic bool reader_is_in;
static _Atomic unsigned written, inside;
static _Atomic int stop;

static void init(int kind)
{
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	need(!pthread_rwlockattr_setkind_np(&attributes, kind), "kind");
	need(!pthread_rwlock_init(&lock, &attributes), "lock");
	writer_tid = reader_tid = 0;
	reader_is_in = false;
	written = 0;
	stop = 0;
}

static void await_asleep(_Atomic pid_t *tid)
{
	while (!*tid)
		hazard_sleep_us(50);
	hazard_await_asleep(*tid);
}

static void *write_once(void *argument)
{
	writer_tid = gettid();
	need(!pthread_rwlock_wrlock(&lock), "write lock");
	written++;
	need(!pthread_rwlock_unlock(&lock), "its unlock");
	return argument;
}

/* Tells whether the write lock came first. */
static void *read_once(void *argument)
{
	struct timespec soon = hazard_deadline(CLOCK_MONOTONIC, 20);

	need(pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, &soon) == (argument ? ETIMEDOUT : 0),
	     "the timed read lock");
	if (!argument)
		pthread_rwlock_unlock(&lock);
	reader_tid = gettid();
	need(!pthread_rwlock_rdlock(&lock), "read lock");
	reader_is_in = true;
	need(written == (argument != NULL), "the writer was %s", argument ? "first" : "not first");
	need(!pthread_rwlock_unlock(&lock), "its unlock");
	return NULL;
}

/* Read-locked here, a writer waits, a reader comes. */
static void reader_behind_writer(int kind, bool waits)
{
	pthread_t writer, reader;

	init(kind);
	need(!pthread_rwlock_rdlock(&lock), "read lock");
	writer = hazard_start(write_once, NULL);
	await_asleep(&writer_tid);
	need(pthread_rwlock_tryrdlock(&lock) == (waits ? EBUSY : 0), "a try tells the preference");
	if (!waits)
		need(!pthread_rwlock_rdlock(&lock) && !pthread_rwlock_unlock(&lock) && !pthread_rwlock_unlock(&lock),
		     "recursion");
	reader = hazard_start(read_once, waits ? &lock : NULL);
	if (waits) {
		await_asleep(&reader_tid);
		need(!reader_is_in, "the reader waits for the writer that came before it");
	} else {
		hazard_join(reader);
	}
	need(!pthread_rwlock_unlock(&lock), "unlock");
	hazard_join(writer);
	if (waits)
		hazard_join(reader);
	need(!pthread_rwlock_destroy(&lock), "free in the end");
}

static void *flood(void *argument)
{
	while (!stop) {
		need(!pthread_rwlock_rdlock(&lock), "read lock");
		inside++;
		hazard_sleep_us(200);
		inside--;
		need(!pthread_rwlock_unlock(&lock), "its unlock");
	}
	return argument;
}

/* Eight readers whose sections overlap, so that the lock is hardly ever free: the preferred writer gets it all the same. */
static void writer_in_a_flood(void)
{
	pthread_t readers[READERS];

	init(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (int i = 0; i < READERS; i++)
		readers[i] = hazard_start(flood, NULL);
	for (int i = 0; i < WRITES; i++) {
		while (inside < READERS / 2)
			sched_yield();
		need(!pthread_rwlock_wrlock(&lock), "write lock");
		need(inside == 0, "alone inside");
		need(!pthread_rwlock_unlock(&lock), "its unlock");
	}
	stop = 1;
	for (int i = 0; i < READERS; i++)
		hazard_join(readers[i]);
	need(!pthread_rwlock_destroy(&lock), "free in the end");
}

int main(void)
{
	hazard_limit(20);
	reader_behind_writer(PTHREAD_RWLOCK_PREFER_READER_NP, false);
	reader_behind_writer(PTHREAD_RWLOCK_PREFER_WRITER_NP, false); /* glibc treats it as the one above */
	reader_behind_writer(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP, true);
	writer_in_a_flood();
	return 0;
}
