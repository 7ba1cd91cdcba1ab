/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: receiving from sockets of every kind (Unix and Internet, streams and datagrams), in every state, with
 * every flag, answers as without us: result, errno, bytes, addresses and their lengths, what is left.
 */
#include "socket_pairs.h"

/* The other side sends; what is sent through the network has arrived when this returns. */
static int send_bytes(int from, int to, size_t bytes)
{
	struct pollfd polled = {.fd = to, .events = POLLIN};

	need(send(from, socket_text, bytes, MSG_NOSIGNAL) == (ssize_t)bytes, "sent");
	return poll(&polled, 1, 5000);
}

static int give_bytes(void *argument)
{
	struct waiting_cell *cell = argument;

	return send(cell->at.other, socket_text, SOCKET_BYTES, MSG_NOSIGNAL);
}

static int give_end(void *argument)
{
	struct waiting_cell *cell = argument;

	return shutdown(cell->at.other, SHUT_WR);
}

static void ready(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, SOCKET_BYTES);
}

static void less(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, 4);
}

static void more(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, sizeof(socket_text) - 1);
}

static void peek(struct waiting_cell *cell)
{
	more(cell);
	cell->at.flags = MSG_PEEK;
}

static void truncated(struct waiting_cell *cell)
{
	more(cell);
	cell->at.flags = MSG_TRUNC;
}

/* Some of it is there: where messages have no ends, the rest is waited for. */
static void wait_all(struct waiting_cell *cell)
{
	less(cell);
	cell->at.limit = 1;
	cell->at.flags = MSG_WAITALL;
	cell->give = give_bytes;
}

/* The other side throws the connection away. */
static void reset(struct waiting_cell *cell)
{
	struct linger at_once = {.l_onoff = 1};
	struct pollfd polled = {.events = POLLIN};

	socket_open_pair(cell);
	polled.fd = cell->at.fd;
	need(!setsockopt(cell->at.other, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "linger");
	close(cell->at.other);
	cell->at.other = -1;
	if (socket_kind == TCP)
		need(poll(&polled, 1, 5000) == 1, "reset");
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void none_wanted(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.bytes = 0;
	waiting_memory.parts[0].iov_len = waiting_memory.parts[1].iov_len = 0;
}

static void empty_dont_wait(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	cell->at.flags = MSG_DONTWAIT;
}

static void empty_nonblocking(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void empty(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	cell->at.limit = 1;
	cell->give = give_bytes;
}

static void ends(struct waiting_cell *cell)
{
	empty(cell);
	if (socket_kind != UDP && socket_kind != UNIX_DATAGRAM)
		cell->give = give_end;
}

static void ended(struct waiting_cell *cell)
{
	struct pollfd polled = {.events = POLLIN};

	socket_open_pair(cell);
	polled.fd = cell->at.fd;
	if (socket_kind == UDP || socket_kind == UNIX_DATAGRAM)
		waiting_set_flags(cell->at.fd, O_NONBLOCK);
	else
		need(!give_end(cell) && poll(&polled, 1, 5000) == 1, "ended");
}

static void timed(struct waiting_cell *cell)
{
	struct timeval timeout = {0, 10000};

	socket_open_pair(cell);
	need(!setsockopt(cell->at.fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "time-out");
}

/* recvmmsg looks at its own when a message came, and writes there what is left. */
static void ready_timed(struct waiting_cell *cell)
{
	ready(cell);
	waiting_set_timeout(&cell->at, 0, 0);
}

static void bad_timeout(struct waiting_cell *cell)
{
	ready(cell);
	waiting_set_timeout(&cell->at, -1, -1);
}

static void short_address(struct waiting_cell *cell)
{
	ready(cell);
	waiting_memory.address_limit = 3;
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

static void unmapped(struct waiting_cell *cell)
{
	ready(cell);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void null(struct waiting_cell *cell)
{
	ready(cell);
	waiting_set_buffer(&cell->at, NULL);
	cell->at.address = NULL;
	cell->at.address_limit = NULL;
	cell->at.message = NULL;
	cell->at.messages = NULL;
}

static void bad_flags(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.flags = MSG_OOB;
}

static const struct waiting_state recv_states[] = {
	{"ready", ready, KEEPS, false},
	{"less-there", less, KEEPS, false},
	{"more-there", more, KEEPS, false},
	{"peek", peek, KEEPS, false},
	{"truncated", truncated, KEEPS, false},
	{"wait-all", wait_all, GIVES, false},
	{"wait-all-interrupted", wait_all, INTERRUPTS, false},
	{"reset", reset, KEEPS, false},
	{"none-wanted", none_wanted, KEEPS, false},
	{"dont-wait", empty_dont_wait, KEEPS, false},
	{"nonblocking", empty_nonblocking, KEEPS, false},
	{"comes-later", empty, GIVES, false},
	{"ends-later", ends, GIVES, false},
	{"ended", ended, KEEPS, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
	{"timed", timed, KEEPS, false},
	{"ready-timed", ready_timed, KEEPS, false},
	{"bad-timeout", bad_timeout, KEEPS, false},
	{"short-address", short_address, KEEPS, false},
	{"negative-address", negative_address, KEEPS, false},
	{"no-address", no_address, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"null", null, KEEPS, false},
	{"no-descriptor", socket_none, KEEPS, false},
	{"no-socket", socket_no_socket, KEEPS, false},
	{"unconnected", socket_unconnected, KEEPS, false},
	{"bad-flags", bad_flags, KEEPS, false},
};

static bool may_block(const struct waiting_cell *cell)
{
	return cell->at.fd >= 0 && !(fcntl(cell->at.fd, F_GETFL) & O_NONBLOCK);
}

/* Messages have the address too. Without the flag, recvmmsg waits for a second message, which does not come. */
static void prepare(struct waiting_cell *cell)
{
	waiting_memory.messages[0].msg_hdr.msg_name = cell->at.address;
	waiting_memory.messages[0].msg_hdr.msg_namelen = waiting_memory.address_limit;
	if (cell->call->make == waiting_recvmmsg && may_block(cell))
		cell->at.flags |= MSG_WAITFORONE;
}

static void tell_received(struct waiting_cell *cell, char *out_text, size_t limit)
{
	const struct waiting_memory *memory = &waiting_memory;

	snprintf(out_text, limit, "got '%s', left %zd, address %u %u of family %u, lengths %u %u, flags %#x",
		 waiting_shown(memory->buffer), waiting_drain(cell->at.fd), memory->address_limit,
		 memory->messages[0].msg_hdr.msg_namelen, memory->address.ss_family, memory->messages[0].msg_len,
		 memory->messages[1].msg_len, memory->messages[0].msg_hdr.msg_flags);
}

int main(void)
{
	waiting_init();
	waiting_prepare = prepare;
	socket_run(RECVS, recv_states, MATRIX_COUNT(recv_states), tell_received);
	return matrix_finish();
}
