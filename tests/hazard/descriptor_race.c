/* SPDX-License-Identifier: MIT
 *
 * Goal: a program that closes all descriptors and makes its own, again and again, at every moment of a dump too, finds in them
 * what it wrote itself and closes them itself: a file of a dump never is in its table.
 */
#include <sys/socket.h>

#include "hazard.h"

enum { SECONDS = 1, ROUNDS = 500 /* and at least so many */ };

static struct hazard_rival rival;
static _Atomic bool stop;

static void *contend(void *argument)
{
	while (!stop)
		hazard_rival_meet(&rival, 1);
	return argument;
}

/* Dumps overlap the other thread's doings at all their moments. */
static void *ask_for_dumps(void *argument)
{
	while (!stop) {
		if (hazard_is_preloaded())
			kill(getpid(), SIGUSR2);
		hazard_sleep_us(500);
	}
	return argument;
}

static void check_empty(int descriptor)
{
	char stray[64] = "";
	ssize_t bytes = recv(descriptor, stray, sizeof(stray) - 1, MSG_DONTWAIT);

	need(bytes == -1 && errno == EAGAIN, "descriptor %d got %zd bytes that nobody sent, the first 0x%02x",
	     descriptor, bytes, (unsigned char)stray[0]);
}

static void steal(uint64_t end_ns)
{
	for (unsigned round = 0; round < ROUNDS || hazard_now_ns() < end_ns; round++) {
		int pair[2];

		closefrom(3);
		need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "a pair of sockets");
		for (volatile unsigned i = 0; i < round % 64 * 100; i++)
			;
		check_empty(pair[0]);
		check_empty(pair[1]);
		need(!close(pair[0]) && !close(pair[1]), "nobody else closed them");
	}
}

int main(void)
{
	pthread_t threads[2];

	hazard_limit(20);
	hazard_rival_start(&rival);
	threads[0] = hazard_start(contend, NULL);
	threads[1] = hazard_start(ask_for_dumps, NULL);
	steal(hazard_now_ns() + SECONDS * UINT64_C(1000000000));
	stop = true;
	hazard_join(threads[0]);
	hazard_join(threads[1]);
	hazard_rival_stop(&rival);
	return 0;
}
