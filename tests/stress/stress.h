/* SPDX-License-Identifier: MIT */
/* stress: what a storm is. Each drives one kind of hazard for some seconds, alone or beside others in one process.
 *
 * A storm       is a function storm_NAME in a file of that name, listed in storms.def. It is called on a thread of its own, runs
 *               until stress_is_over() and returns when its threads and children are gone and what it opened is closed. It
 *               checks itself with need() of hazard.h, and tolerates what others do: EINTR from every call, descriptors above
 *               2 that vanish unless they are its own, SIGCHLD, forks between any two lines.
 * Counting      waits that are events for certain are made by certain_wait (certain.h), or entered in the ledger by the storm
 *               itself; all other waiting is unseen (unseen.h). A storm that cannot know how many of its waits are events
 *               (threads that meet at a lock by chance) calls ledger_mix().
 * Notes         what it did is told by stress_note: shown beside the verdict.
 */
#ifndef CONTEND_TESTS_STRESS_STRESS_H
#define CONTEND_TESTS_STRESS_STRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "certain.h"
#include "hazard/hazard.h"
#include "ledger.h"
#include "unseen.h"

struct stress {
	uint64_t seed;
	unsigned threads; /* how many the storm shall have */
	uint64_t end_ns;  /* CLOCK_MONOTONIC */
};

static inline bool stress_is_over(const struct stress *stress)
{
	return hazard_now_ns() >= stress->end_ns;
}

/* splitmix64; different numbers for each `stream` of one seed. */
struct stress_random {
	uint64_t state;
};

static inline struct stress_random stress_random(const struct stress *stress, uint64_t stream)
{
	struct stress_random random = {stress->seed * UINT64_C(0x9e3779b97f4a7c15) +
				       stream * UINT64_C(0xd1342543de82ef95)};

	return random;
}

static inline uint64_t stress_next(struct stress_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number below `limit`. */
static inline unsigned stress_below(struct stress_random *random, unsigned limit)
{
	return stress_next(random) % limit;
}

/* Runs `body` on `count` threads and returns when all are gone. */
struct stress_worker {
	const struct stress *stress;
	unsigned number; /* 0 ... count - 1 */
	struct stress_random random;
	void *shared;
	pthread_t thread;
};

void stress_run(const struct stress *stress, unsigned count, void *(*body)(void *worker), void *shared);

/* Shown beside the verdict, summed over all runs: "COUNT WHAT". */
void stress_note(const char *what, uint64_t count);

/* The path of this program, for children that execute it (children.def). */
extern const char *stress_program;

/* Asks for a dump of this process, unseen; bare, where that would kill, does nothing. */
void stress_ask_for_dump(void);

#define STORM(name, words) void storm_##name(const struct stress *stress);
#include "stress/storms.def"
#undef STORM

#define CHILD(name) int child_##name(int argc, char **argv);
#include "stress/children.def"
#undef CHILD

#endif
