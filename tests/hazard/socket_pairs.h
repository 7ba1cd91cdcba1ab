/* SPDX-License-Identifier: MIT */
/* socket_pairs: two sockets of any kind that are connected with each other, for recv_matrix and send_matrix. The
 * cell's `fd` is what is called, `other` the other side.
 */
#ifndef CONTEND_TESTS_SOCKET_PAIRS_H
#define CONTEND_TESTS_SOCKET_PAIRS_H

#include <arpa/inet.h>

#include "waiting_matrix.h"

enum { SOCKET_BYTES = 10 };
static const char socket_text[] = "0123456789abcdef";

enum socket_kind { UNIX_STREAM, UNIX_DATAGRAM, UNIX_PACKETS, TCP, UDP, SOCKET_KINDS };
static const char *const socket_kind_names[SOCKET_KINDS] = {"unix-stream", "unix-datagram", "unix-packets", "tcp",
							    "udp"};
static enum socket_kind socket_kind;

/* A socket on some port of this host, and where it is. */
static inline int socket_bound(int type, struct sockaddr_in *out_address)
{
	socklen_t bytes = sizeof(*out_address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*out_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	need(!bind(fd, (struct sockaddr *)out_address, sizeof(*out_address)), "bound");
	need(!getsockname(fd, (struct sockaddr *)out_address, &bytes), "address");
	return fd;
}

static inline void socket_open_tcp(int pair[2])
{
	struct sockaddr_in address;
	int listening = socket_bound(SOCK_STREAM, &address);

	need(!listen(listening, 1), "listening");
	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!connect(pair[0], (struct sockaddr *)&address, sizeof(address)), "connected");
	pair[1] = accept(listening, NULL, NULL);
	close(listening);
}

static inline void socket_open_udp(int pair[2])
{
	struct sockaddr_in addresses[2];

	for (int i = 0; i < 2; i++)
		pair[i] = socket_bound(SOCK_DGRAM, &addresses[i]);
	for (int i = 0; i < 2; i++)
		need(!connect(pair[i], (struct sockaddr *)&addresses[!i], sizeof(addresses[0])), "connected");
}

static inline void socket_open_pair(struct waiting_cell *cell)
{
	static const int types[SOCKET_KINDS] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int pair[2];

	if (socket_kind == TCP)
		socket_open_tcp(pair);
	else if (socket_kind == UDP)
		socket_open_udp(pair);
	else
		need(!socketpair(AF_UNIX, types[socket_kind] | SOCK_CLOEXEC, 0, pair), "pair");
	cell->at.fd = pair[0];
	cell->at.other = pair[1];
}

static inline void socket_none(struct waiting_cell *cell)
{
	(void)cell;
}

static inline void socket_no_socket(struct waiting_cell *cell)
{
	cell->at.fd = waiting_open_file(socket_text);
}

static inline void socket_unconnected(struct waiting_cell *cell)
{
	cell->at.fd = socket(
		socket_kind >= TCP ? AF_INET : AF_UNIX,
		(socket_kind == UDP || socket_kind == UNIX_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
}

static inline void socket_run(enum waiting_family family, const struct waiting_state *states, size_t count,
			      void (*tell)(struct waiting_cell *cell, char *text, size_t limit))
{
	for (socket_kind = 0; socket_kind < SOCKET_KINDS; socket_kind++) {
		waiting_kind = socket_kind_names[socket_kind];
		waiting_run(family, states, count, SOCKET_BYTES, tell);
	}
}

#endif
