/* SPDX-License-Identifier: MIT */
/* Five threads hold one mutex for 1, 5, 2, 3 and 4 units; four of them have waited since the first got it. Each has the
 * mutex from a function of its own. Prints the unit in ns. */
#include <stdatomic.h>
#include <unistd.h>

#include "hazard/hazard.h"
#include "known_waits.h"

enum {
	UNIT_MS = 150,
	HOLDERS = 5,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned arrived; /* how many have come or are just coming */
static pid_t threads[HOLDERS];

#define HOLDER(name, units)                                                                                            \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		pthread_mutex_lock(&mutex);                                                                            \
		t_sleep_ms((units)*UNIT_MS);                                                                           \
		pthread_mutex_unlock(&mutex);                                                                          \
		NO_TAIL_CALL();                                                                                        \
	}
HOLDER(hold_1, 1)
HOLDER(hold_5, 5)
HOLDER(hold_2, 2)
HOLDER(hold_3, 3)
HOLDER(hold_4, 4)

static void body(unsigned number, void *argument)
{
	static void (*const holders[HOLDERS])(void) = {hold_1, hold_5, hold_2, hold_3, hold_4};

	(void)argument;
	/* One after the other, so that they queue up in this order: behind the first, which sleeps with the mutex. */
	t_await(&arrived, number);
	if (number)
		hazard_await_asleep(threads[number - 1]);
	threads[number] = gettid();
	atomic_fetch_add(&arrived, 1);
	holders[number]();
	NO_TAIL_CALL();
}

int main(void)
{
	t_run(HOLDERS, body, NULL);
	printf("%ju\n", (uintmax_t)UNIT_MS * 1000000);
	return 0;
}
