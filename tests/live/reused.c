/* SPDX-License-Identifier: MIT */
/* reused: mutexes that live shortly, by turns those of one part of a program and those of another, all at one address: on the
 * heap, then on the stack. Prints for each part: its name, how often its waiter waited, for how long, and how much its holder
 * caused. */
#include "known_waits.h"

enum { ROUNDS = 10 };

KNOWN_WAIT(first_wait)
KNOWN_HOLD(first_hold)
KNOWN_WAIT(second_wait)
KNOWN_HOLD(second_hold)

static struct part {
	const char *name;
	int (*wait)(void *object);
	void (*hold)(struct known_waits *waits);
	unsigned hold_ms;
	unsigned rounds;
	uint64_t waited_ns;
	uint64_t caused_ns;
} parts[] = {
	{"first", first_wait, first_hold, 5, 0, 0, 0},
	{"second", second_wait, second_hold, 15, 0, 0, 0},
};

static void use(struct part *part, pthread_mutex_t *mutex)
{
	struct known_waits waits = {
		.object = mutex, .wait = part->wait, .hold = part->hold, .rounds = 1, .hold_ms = part->hold_ms};

	pthread_mutex_init(mutex, NULL);
	known_waits_run(&waits);
	part->rounds++;
	part->waited_ns += waits.waited_ns;
	part->caused_ns += waits.caused_ns;
}

OWN_FRAME static uintptr_t use_stack(struct part *part)
{
	pthread_mutex_t mutex;
	volatile uintptr_t address = (uintptr_t)&mutex;

	use(part, &mutex);
	return address;
}

/* Not destroyed, as is usual. */
static uintptr_t use_heap(struct part *part)
{
	pthread_mutex_t *mutex = malloc(sizeof(*mutex));
	uintptr_t address = (uintptr_t)mutex;

	use(part, mutex);
	free(mutex);
	return address;
}

/* Is it always the same memory? */
static bool take_turns(uintptr_t (*use_memory)(struct part *part))
{
	uintptr_t first = use_memory(&parts[0]);
	bool is_same = use_memory(&parts[1]) == first;

	for (int i = 1; i < ROUNDS; i++)
		is_same = use_memory(&parts[0]) == first && use_memory(&parts[1]) == first && is_same;
	return is_same;
}

int main(void)
{
	bool is_same = take_turns(use_heap);

	is_same = take_turns(use_stack) && is_same;
	for (unsigned i = 0; i < 2; i++)
		printf("%s %u %lu %lu\n", parts[i].name, parts[i].rounds, parts[i].waited_ns, parts[i].caused_ns);
	return is_same ? 0 : 1;
}
