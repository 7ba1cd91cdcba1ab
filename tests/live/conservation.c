/* SPDX-License-Identifier: MIT */
/* conservation WAY: threads take three locks, two of them nested, with critical sections of several lengths, by all functions
 * that can wait for them; some waits are given up. The ways are the rows of `ways`. */
#include <string.h>

#include "known_waits.h"

enum {
	LOCKS = 3,
	PATIENCE_MS = 1, /* of the waits that have a deadline */
};

enum role { OWNER, READER, WRITER };

static const struct way {
	const char *name;
	unsigned threads;
	unsigned rounds; /* of each thread */
	enum role first; /* the role of thread 0, and of all others */
	enum role others;
	int preference; /* of reader-writer locks: who is let in first */
} ways[] = {
	{"mutexes", 8, 2000, OWNER, OWNER, 0},
	{"writers", 15, 500, WRITER, WRITER, PTHREAD_RWLOCK_DEFAULT_NP},
	{"readers", 16, 500, WRITER, READER, PTHREAD_RWLOCK_PREFER_READER_NP},
	{"readers_last", 16, 500, WRITER, READER, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP},
};

static union lock {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
} locks[LOCKS];

/* Takes the lock by a plain, timed or clocked call, in the frame of the caller. */
__attribute__((always_inline)) static inline bool take(union lock *lock, enum role role, unsigned round)
{
	switch (role * 3 + round % 3) {
	case OWNER * 3:
		return !pthread_mutex_lock(&lock->mutex);
	case OWNER * 3 + 1:
		return !pthread_mutex_timedlock(&lock->mutex, DEADLINE(CLOCK_REALTIME, PATIENCE_MS));
	case OWNER * 3 + 2:
		return !pthread_mutex_clocklock(&lock->mutex, CLOCK_MONOTONIC, DEADLINE(CLOCK_MONOTONIC, PATIENCE_MS));
	case READER * 3:
		return !pthread_rwlock_rdlock(&lock->rwlock);
	case READER * 3 + 1:
		return !pthread_rwlock_timedrdlock(&lock->rwlock, DEADLINE(CLOCK_REALTIME, PATIENCE_MS));
	case READER * 3 + 2:
		return !pthread_rwlock_clockrdlock(&lock->rwlock, CLOCK_MONOTONIC,
						   DEADLINE(CLOCK_MONOTONIC, PATIENCE_MS));
	case WRITER * 3:
		return !pthread_rwlock_wrlock(&lock->rwlock);
	case WRITER * 3 + 1:
		return !pthread_rwlock_timedwrlock(&lock->rwlock, DEADLINE(CLOCK_REALTIME, PATIENCE_MS));
	default:
		return !pthread_rwlock_clockwrlock(&lock->rwlock, CLOCK_MONOTONIC,
						   DEADLINE(CLOCK_MONOTONIC, PATIENCE_MS));
	}
}

__attribute__((always_inline)) static inline void leave(union lock *lock, enum role role)
{
	if (role == OWNER)
		pthread_mutex_unlock(&lock->mutex);
	else
		pthread_rwlock_unlock(&lock->rwlock);
}

OWN_FRAME static void short_section(enum role role, unsigned round)
{
	if (take(&locks[0], role, round)) {
		t_spin_us(20);
		leave(&locks[0], role);
	}
	NO_TAIL_CALL();
}

OWN_FRAME static void sleeping_section(enum role role, unsigned round)
{
	if (take(&locks[1], role, round)) {
		t_sleep_ms(1);
		leave(&locks[1], role);
	}
	NO_TAIL_CALL();
}

OWN_FRAME static void nested_sections(enum role role, unsigned round)
{
	if (take(&locks[2], role, round)) {
		short_section(role, round);
		t_spin_us(30);
		leave(&locks[2], role);
	}
	NO_TAIL_CALL();
}

static void body(unsigned number, void *argument)
{
	const struct way *way = argument;
	enum role role = number == 0 ? way->first : way->others;

	for (unsigned i = 0; i < way->rounds; i++) {
		short_section(role, i);
		if ((i + number) % 20 == 0)
			sleeping_section(role, i);
		nested_sections(role, i);
		/* Readers that come without a pause starve a writer: it would wait once, to the end. */
		if (role == READER)
			t_sleep_ms(1);
	}
}

static void make_lock(union lock *lock, const struct way *way)
{
	pthread_rwlockattr_t attributes;

	if (way->first == OWNER) {
		pthread_mutex_init(&lock->mutex, NULL);
		return;
	}
	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, way->preference);
	pthread_rwlock_init(&lock->rwlock, &attributes);
}

static int run(const struct way *way)
{
	for (unsigned i = 0; i < LOCKS; i++)
		make_lock(&locks[i], way);
	t_run(way->threads, body, (void *)way);
	return 0;
}

int main(int argc, char **argv)
{
	for (unsigned i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (argc > 1 && !strcmp(argv[1], ways[i].name))
			return run(&ways[i]);
	return 1;
}
