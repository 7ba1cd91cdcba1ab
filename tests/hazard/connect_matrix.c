/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: accepting and making connections, Unix and Internet, answers in every state as without us: result, errno, the
 * peer's address and its length, the flags of the new descriptor, and bytes that go through.
 */
#include <arpa/inet.h>
#include <sys/un.h>

#include "waiting_matrix.h"

static bool is_unix;
static struct sockaddr_storage address; /* of what listens */
static socklen_t address_bytes;
static int client;

/* Unix: at an address that the kernel chooses. */
static int open_listening(int flags)
{
	int fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	address = (struct sockaddr_storage){.ss_family = AF_UNIX};
	address_bytes = sizeof(sa_family_t);
	if (!is_unix)
		memcpy(&address, &any, address_bytes = sizeof(any));
	need(!bind(fd, (struct sockaddr *)&address, address_bytes), "bound");
	address_bytes = sizeof(address);
	need(!getsockname(fd, (struct sockaddr *)&address, &address_bytes) && !listen(fd, 5), "listening");
	return fd;
}

static int make_client(void *cell)
{
	(void)cell;
	client = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!connect(client, (struct sockaddr *)&address, address_bytes), "connected");
	return 0;
}

static void nobody(struct waiting_cell *cell)
{
	client = -1;
	cell->at.fd = open_listening(0);
	cell->give = make_client;
}

static void ready(struct waiting_cell *cell)
{
	struct pollfd polled = {.events = POLLIN};

	nobody(cell);
	make_client(cell);
	polled.fd = cell->at.fd;
	need(poll(&polled, 1, 5000) == 1, "somebody came");
}

static void ready_flags(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
}

static void bad_flags(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.flags = 1 << 20;
}

static void nobody_nonblocking(struct waiting_cell *cell)
{
	client = -1;
	cell->at.fd = open_listening(SOCK_NONBLOCK);
}

static void nobody_timed(struct waiting_cell *cell)
{
	struct timeval timeout = {0, 10000};

	nobody(cell);
	need(!setsockopt(cell->at.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "time-out");
}

static void short_address(struct waiting_cell *cell)
{
	ready(cell);
	waiting_memory.address_limit = 1;
}

static void negative_address(struct waiting_cell *cell)
{
	ready(cell);
	waiting_memory.address_limit = -1;
}

static void no_address(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.address = NULL;
	cell->at.address_limit = NULL;
}

static void no_length(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.address_limit = NULL;
}

static void address_unmapped(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.address = (struct sockaddr *)waiting_unmapped;
}

static void not_listening(struct waiting_cell *cell)
{
	client = -1;
	cell->at.fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void datagrams(struct waiting_cell *cell)
{
	client = -1;
	cell->at.fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void no_socket(struct waiting_cell *cell)
{
	client = -1;
	cell->at.fd = waiting_open_file("");
}

static void none(struct waiting_cell *cell)
{
	(void)cell;
	client = -1;
}

static const struct waiting_state accept_states[] = {
	{"ready", ready, KEEPS, false},
	{"ready-flags", ready_flags, KEEPS, false},
	{"bad-flags", bad_flags, KEEPS, false},
	{"comes-later", nobody, GIVES, false},
	{"nonblocking", nobody_nonblocking, KEEPS, false},
	{"timed", nobody_timed, KEEPS, false},
	{"interrupted", nobody, INTERRUPTS, false},
	{"interrupted-restarts", nobody, INTERRUPTS, true},
	{"short-address", short_address, KEEPS, false},
	{"negative-address", negative_address, KEEPS, false},
	{"no-address", no_address, KEEPS, false},
	{"no-length", no_length, KEEPS, false},
	{"address-unmapped", address_unmapped, KEEPS, false},
	{"not-listening", not_listening, KEEPS, false},
	{"datagrams", datagrams, KEEPS, false},
	{"no-socket", no_socket, KEEPS, false},
	{"no-descriptor", none, KEEPS, false},
};

/* Whether five bytes go from one to the other. */
static const char *passage(int from, int to)
{
	char got[8] = "";

	if (from < 0 || to < 0 || send(from, "hello", 5, MSG_NOSIGNAL) != 5)
		return "none";
	return recv(to, got, 5, MSG_WAITALL) == 5 && !memcmp(got, "hello", 5) ? "open" : "wrong";
}

/* The new descriptor is one more number: told as yes or no. */
static void tell_accepted(struct waiting_cell *cell, char *out_text, size_t limit)
{
	int fd = cell->result, flags = fcntl(fd, F_GETFL);

	cell->result = fd > 2 ? 1 : fd;
	if (fd >= 0)
		need(!fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), "blocking");
	snprintf(out_text, limit, "address %u of family %u, nonblocking %d, close on exec %d, passage %s",
		 waiting_memory.address_limit, waiting_memory.address.ss_family, fd >= 0 && flags & O_NONBLOCK,
		 fcntl(fd, F_GETFD), passage(client, fd));
	if (client >= 0)
		close(client);
	if (fd >= 0)
		close(fd);
}

static void to_listening(struct waiting_cell *cell)
{
	cell->at.other = open_listening(0);
	cell->at.fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cell->at.address = (struct sockaddr *)&address;
	cell->at.address_bytes = address_bytes;
}

static void to_nobody(struct waiting_cell *cell)
{
	to_listening(cell);
	close(cell->at.other);
	cell->at.other = -1;
}

static void to_somebody_again(struct waiting_cell *cell)
{
	to_listening(cell);
	need(!connect(cell->at.fd, cell->at.address, cell->at.address_bytes), "connected");
}

static void to_short_address(struct waiting_cell *cell)
{
	to_listening(cell);
	cell->at.address_bytes = 1;
}

static void to_other_family(struct waiting_cell *cell)
{
	to_listening(cell);
	address.ss_family = AF_INET6;
	cell->at.address_bytes = sizeof(struct sockaddr_in6);
}

static void to_unmapped(struct waiting_cell *cell)
{
	to_listening(cell);
	cell->at.address = (struct sockaddr *)waiting_unmapped;
}

static void to_unspecified(struct waiting_cell *cell)
{
	to_listening(cell);
	address.ss_family = AF_UNSPEC;
}

/* A Unix listener's queue can be filled: then a connect waits, or does not. */
static int fill_queue(struct waiting_cell *cell)
{
	int fd, filled = -1;

	to_listening(cell);
	if (!is_unix)
		return -1;
	need(!listen(cell->at.other, 0), "a short queue");
	do {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		filled = connect(fd, cell->at.address, cell->at.address_bytes);
		close(fd);
	} while (!filled);
	return 0;
}

static int accept_one(void *argument)
{
	struct waiting_cell *cell = argument;

	while (!matrix_returned) {
		struct pollfd polled = {.fd = cell->at.other, .events = POLLIN};

		if (poll(&polled, 1, 1) == 1)
			close(accept(cell->at.other, NULL, NULL));
	}
	return 0;
}

static void full_queue(struct waiting_cell *cell)
{
	if (!fill_queue(cell))
		cell->give = accept_one;
}

static void full_queue_nonblocking(struct waiting_cell *cell)
{
	if (!fill_queue(cell))
		waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static const struct waiting_state connect_states[] = {
	{"to-listening", to_listening, KEEPS, false},
	{"to-nobody", to_nobody, KEEPS, false},
	{"to-somebody-again", to_somebody_again, KEEPS, false},
	{"to-short-address", to_short_address, KEEPS, false},
	{"to-other-family", to_other_family, KEEPS, false},
	{"to-unmapped", to_unmapped, KEEPS, false},
	{"to-unspecified", to_unspecified, KEEPS, false},
	{"full-queue", full_queue, GIVES, false},
	{"full-queue-interrupted", full_queue, INTERRUPTS, false},
	{"full-queue-interrupted-restarts", full_queue, INTERRUPTS, true},
	{"full-queue-nonblocking", full_queue_nonblocking, KEEPS, false},
	{"connect-no-socket", no_socket, KEEPS, false},
	{"connect-no-descriptor", none, KEEPS, false},
};

static void tell_connected(struct waiting_cell *cell, char *out_text, size_t limit)
{
	int fd = -1;

	if (cell->result == 0 && !cell->give) {
		waiting_set_flags(cell->at.other, O_NONBLOCK);
		fd = accept(cell->at.other, NULL, NULL);
	}
	snprintf(out_text, limit, "passage %s", passage(fd, cell->at.fd));
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	waiting_init();
	for (int turn = 0; turn < 2; turn++) {
		is_unix = turn;
		waiting_kind = is_unix ? "unix" : "internet";
		waiting_run(ACCEPTS, accept_states, MATRIX_COUNT(accept_states), 0, tell_accepted);
		waiting_run(CONNECTS, connect_states, MATRIX_COUNT(connect_states), 0, tell_connected);
	}
	return matrix_finish();
}
