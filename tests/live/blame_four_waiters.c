/* SPDX-License-Identifier: MIT */
/* Five threads hold one mutex for 1, 5, 2, 3 and 4 units; four of them have waited since the first got it. Each has the
 * mutex from a function of its own. Prints the unit in ns. */
#include "known_waits.h"

enum {
	UNIT_MS = 150,
	ARRIVAL_MS = 3, /* apart, so that they queue up in this order */
	HOLDERS = 5,
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned first_has_it;

#define HOLDER(name, units)                                                                                            \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		pthread_mutex_lock(&mutex);                                                                            \
		atomic_store(&first_has_it, 1);                                                                        \
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
	if (number) {
		t_await(&first_has_it, 1);
		t_sleep_ms(number * ARRIVAL_MS);
	}
	holders[number]();
	NO_TAIL_CALL();
}

int main(void)
{
	t_run(HOLDERS, body, NULL);
	printf("%ju\n", (uintmax_t)UNIT_MS * 1000000);
	return 0;
}
