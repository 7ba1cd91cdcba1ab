/* SPDX-License-Identifier: MIT */
/* memcached_load PORT CONNECTIONS SECONDS [fill]: asks a memcached on this machine as fast as it answers, nine gets to a set,
 * one request under way on each connection. Prints requests, requests per second, the 99th percentile of their times in us.
 * "fill" sets every key once beforehand, so that no get misses; a miss ends it in failure, as any other answer does. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "check.h"

enum {
	KEYS = 10000,
	VALUE_BYTES = 100,
	ANSWER_BYTES = 512,
	PARTS = 64, /* of a power of two, in the histogram */
	BUCKETS = 40 * PARTS,
};

struct connection {
	int fd;
	bool sets;
	unsigned have_bytes;
	uint64_t sent_ns;
	char answer[ANSWER_BYTES];
};

static uint64_t random_state = 88172645463325252;
static uint64_t count_of[BUCKETS];

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static unsigned bucket_of(uint64_t ns)
{
	unsigned power = 63 - __builtin_clzll(ns | PARTS);
	unsigned shift = power - __builtin_ctz(PARTS);

	return shift * PARTS + (ns >> shift);
}

static uint64_t ns_of(unsigned bucket)
{
	unsigned shift = bucket < 2 * PARTS ? 0 : bucket / PARTS - 1;

	return (uint64_t)(bucket - shift * PARTS) << shift;
}

static double percentile_us(double part, uint64_t requests)
{
	uint64_t below = 0;
	unsigned bucket = 0;

	while (bucket < BUCKETS && (below += count_of[bucket]) < part * requests)
		bucket++;
	return ns_of(bucket) / 1e3;
}

static void connect_to(struct connection *connection, int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connection->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connection->fd < 0 || connect(connection->fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "cannot connect to port %d", port);
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static void ask(struct connection *connection, unsigned key, bool sets)
{
	char request[ANSWER_BYTES];
	int bytes = sets ? snprintf(request, sizeof(request), "set key:%u 0 0 %d\r\n%0*d\r\n", key, VALUE_BYTES,
				    VALUE_BYTES, key)
			 : snprintf(request, sizeof(request), "get key:%u\r\n", key);

	connection->sets = sets;
	connection->have_bytes = 0;
	connection->sent_ns = t_now_ns();
	if (write(connection->fd, request, bytes) != bytes)
		err(1, "cannot send");
}

/* Reads what is there; true once the answer is whole. */
static bool is_answered(struct connection *connection)
{
	const char *end = connection->sets ? "STORED\r\n" : "\r\nEND\r\n";
	unsigned end_bytes = strlen(end);
	ssize_t got = read(connection->fd, connection->answer + connection->have_bytes,
			   ANSWER_BYTES - connection->have_bytes);

	if (got <= 0)
		err(1, "the server has closed a connection, or answers too much");
	connection->have_bytes += got;
	if (connection->have_bytes >= 5 && !memcmp(connection->answer, "END\r\n", 5))
		errx(1, "a key is not there");
	return connection->have_bytes >= end_bytes &&
	       !memcmp(connection->answer + connection->have_bytes - end_bytes, end, end_bytes);
}

static void fill(struct connection *connection)
{
	for (unsigned key = 0; key < KEYS; key++) {
		ask(connection, key, true);
		while (!is_answered(connection))
			;
	}
}

static void ask_something(struct connection *connection)
{
	uint64_t number = random_next() >> 8;

	ask(connection, number % KEYS, number / KEYS % 10 == 0);
}

static uint64_t ask_until(int events_fd, uint64_t end_ns)
{
	struct epoll_event events[64];
	uint64_t requests = 0, now_ns;

	while ((now_ns = t_now_ns()) < end_ns) {
		int ready = epoll_wait(events_fd, events, 64, 1000);

		if (ready <= 0)
			errx(1, "the server answers no more");
		for (int i = 0; i < ready; i++) {
			struct connection *connection = events[i].data.ptr;

			if (!is_answered(connection))
				continue;
			count_of[bucket_of(t_now_ns() - connection->sent_ns)]++;
			requests++;
			ask_something(connection);
		}
	}
	return requests;
}

int main(int argc, char **argv)
{
	unsigned connections = argc > 3 ? atoi(argv[2]) : 0;
	struct connection *connection = calloc(connections, sizeof(*connection));
	int events_fd = epoll_create1(0);
	uint64_t start_ns, requests;

	if (!connections)
		errx(2, "PORT CONNECTIONS SECONDS [fill]");
	for (unsigned i = 0; i < connections; i++) {
		connect_to(&connection[i], atoi(argv[1]));
		epoll_ctl(events_fd, EPOLL_CTL_ADD, connection[i].fd,
			  &(struct epoll_event){.events = EPOLLIN, .data.ptr = &connection[i]});
	}
	if (argc > 4)
		fill(&connection[0]);
	start_ns = t_now_ns();
	for (unsigned i = 0; i < connections; i++)
		ask_something(&connection[i]);
	requests = ask_until(events_fd, start_ns + atof(argv[3]) * 1e9);
	printf("%lu %.0f %.1f\n", requests, requests * 1e9 / (t_now_ns() - start_ns), percentile_us(0.99, requests));
	return 0;
}
