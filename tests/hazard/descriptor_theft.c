/* SPDX-License-Identifier: MIT
 *
 * Goal: a program that closes every descriptor it did not open, or lays its own over all, then uses those numbers
 * itself, talks to its own sockets only: no byte of them is read or written by a preloaded library, through contention,
 * waits for bytes, and dumps.
 */
#include <sys/socket.h>

#include "hazard.h"

enum {
	PAIRS = 40,
	DUP_LIMIT = 100,
};

static struct hazard_rival rival;

static void contend_and_dump(void)
{
	hazard_rival_meet(&rival, 30);
	if (hazard_is_preloaded()) {
		kill(getpid(), SIGUSR2);
		hazard_sleep_us(30000);
	}
	hazard_rival_meet(&rival, 10);
}

static void *send_later(void *sockets)
{
	hazard_await_asleep(getpid());
	need(send(((int *)sockets)[0], "later", 5, 0) == 5, "sent");
	return NULL;
}

static void wait_for_bytes(int pair[2])
{
	pthread_t sender = hazard_start(send_later, pair);
	char got[8] = "";

	need(read(pair[1], got, sizeof(got)) == 5 && !memcmp(got, "later", 5), "waited for");
	hazard_join(sender);
}

static void check_pairs(void)
{
	int pairs[PAIRS][2];
	char got[8] = "";

	for (int i = 0; i < PAIRS; i++)
		need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), "socket pair %d", i);
	need(pairs[0][0] == 3, "the lowest number is ours: %d", pairs[0][0]);
	wait_for_bytes(pairs[0]);
	wait_for_bytes(pairs[PAIRS - 1]);
	for (int i = 0; i < PAIRS; i++)
		need(write(pairs[i][0], "hello", 5) == 5, "written");
	contend_and_dump();
	for (int i = 0; i < PAIRS; i++) {
		need(recv(pairs[i][1], got, sizeof(got), MSG_DONTWAIT) == 5 && !memcmp(got, "hello", 5),
		     "pair %d got its five bytes and no more", i);
		need(recv(pairs[i][0], got, sizeof(got), MSG_DONTWAIT) == -1 && errno == EAGAIN,
		     "pair %d got nothing that nobody sent", i);
		close(pairs[i][0]);
		close(pairs[i][1]);
	}
}

int main(void)
{
	int null;

	hazard_limit(20);
	closefrom(3);
	need(open("/dev/null", O_RDWR) == 3, "the lowest number is free");
	close(3);
	hazard_rival_start(&rival);
	contend_and_dump();
	closefrom(3);
	check_pairs();
	need(!close_range(3, ~0u, 0), "close_range");
	check_pairs();
	null = open("/dev/null", O_RDWR);
	for (int i = 3; i < DUP_LIMIT; i++)
		if (i != null)
			need(dup2(null, i) == i, "dup2 over %d", i);
	contend_and_dump();
	for (int i = 3; i < DUP_LIMIT; i++)
		need(!close(i), "descriptor %d is still open", i);
	check_pairs();
	hazard_rival_stop(&rival);
	return 0;
}
