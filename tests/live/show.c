/* SPDX-License-Identifier: MIT */
/* show: 300 short waits for a pipe, then 100 longer ones; the thread that writes sleeps in between. */
#include <unistd.h>

#include "known_waits.h"

enum { SHORT_WAITS = 300, SHORT_US = 300, LONG_WAITS = 100, LONG_US = 2000 };

static int ends[2];

static void *writer(void *argument)
{
	for (unsigned i = 0; i < SHORT_WAITS + LONG_WAITS; i++) {
		hazard_sleep_us(i < SHORT_WAITS ? SHORT_US : LONG_US);
		if (write(ends[1], "", 1) != 1)
			abort();
	}
	return argument;
}

#define READER(name)                                                                                                   \
	OWN_FRAME static void name(void)                                                                               \
	{                                                                                                              \
		char byte;                                                                                             \
                                                                                                                       \
		if (read(ends[0], &byte, 1) != 1)                                                                      \
			abort();                                                                                       \
	}
READER(wait_short)
READER(wait_long)

OWN_FRAME static void run(unsigned waits, void (*wait)(void))
{
	for (unsigned i = 0; i < waits; i++)
		wait();
}

int main(void)
{
	pthread_t thread;

	if (pipe(ends) || pthread_create(&thread, NULL, writer, NULL))
		abort();
	run(SHORT_WAITS, wait_short);
	run(LONG_WAITS, wait_long);
	pthread_join(thread, NULL);
	return 0;
}
