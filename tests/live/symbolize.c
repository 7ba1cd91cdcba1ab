/* SPDX-License-Identifier: MIT */
/* symbolize: ten waits in functions that were inlined into one another, then, for each line of standard input, seven in another
 * one; prints "ready" after each. The lines that the test asks for are marked with the names of their functions. */
#include "known_waits.h"

#define INLINED static inline __attribute__((always_inline))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

KNOWN_HOLD(hold)

INLINED int innermost(void *object)
{
	int error = pthread_mutex_lock(object); /* line: innermost */

	pthread_mutex_unlock(object);
	return error;
}

INLINED int middle(void *object)
{
	return innermost(object); /* line: middle */
}

OWN_FRAME static int outer(void *object)
{
	int error = middle(object); /* line: outer */

	NO_TAIL_CALL();
	return error;
}

KNOWN_WAIT(later)

static void wait_and_tell(int (*wait)(void *object), unsigned rounds)
{
	struct known_waits waits = {.object = &mutex, .wait = wait, .hold = hold, .rounds = rounds, .hold_ms = 5};

	known_waits_run(&waits);
	printf("ready\n");
	fflush(stdout);
}

int main(void)
{
	char line[16];

	wait_and_tell(outer, 10);
	while (fgets(line, sizeof(line), stdin))
		wait_and_tell(later, 7);
	return 0;
}
