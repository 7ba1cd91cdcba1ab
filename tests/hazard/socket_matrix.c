/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: receiving and sending through sockets of every kind (Unix and Internet, streams and datagrams), in every state, with every
 * flag, answers as without us: result, errno, bytes, addresses and their lengths, what is left.
 */
#include <arpa/inet.h>
#include <sys/un.h>

#include "waiting_matrix.h"

enum { ASKED = 10 };
static const char text[] = "0123456789abcdef";

enum kind { UNIX_STREAM, UNIX_DATAGRAM, UNIX_PACKETS, TCP, UDP, KINDS };
static const char *const kind_names[KINDS] = {"unix-stream", "unix-datagram", "unix-packets", "tcp", "udp"};
static enum kind kind;
static _Atomic unsigned broken_pipes;

static void handle_broken_pipe(int signal)
{
	(void)signal;
	broken_pipes++;
}

/* A socket on some port of this host, and where it is. */
static int bound_socket(int type, struct sockaddr_in *out_address)
{
	socklen_t bytes = sizeof(*out_address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	*out_address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	need(!bind(fd, (struct sockaddr *)out_address, sizeof(*out_address)), "bound");
	need(!getsockname(fd, (struct sockaddr *)out_address, &bytes), "address");
	return fd;
}

static void open_tcp(int pair[2])
{
	struct sockaddr_in address;
	int listening = bound_socket(SOCK_STREAM, &address);

	need(!listen(listening, 1), "listening");
	pair[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	need(!connect(pair[0], (struct sockaddr *)&address, sizeof(address)), "connected");
	pair[1] = accept(listening, NULL, NULL);
	close(listening);
}

static void open_udp(int pair[2])
{
	struct sockaddr_in addresses[2];

	for (int i = 0; i < 2; i++)
		pair[i] = bound_socket(SOCK_DGRAM, &addresses[i]);
	for (int i = 0; i < 2; i++)
		need(!connect(pair[i], (struct sockaddr *)&addresses[!i], sizeof(addresses[0])), "connected");
}

static void open_pair(struct waiting_cell *cell)
{
	static const int types[KINDS] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	int pair[2];

	if (kind == TCP)
		open_tcp(pair);
	else if (kind == UDP)
		open_udp(pair);
	else
		need(!socketpair(AF_UNIX, types[kind] | SOCK_CLOEXEC, 0, pair), "pair");
	cell->at.fd = pair[0];
	cell->at.other = pair[1];
	broken_pipes = 0;
}

/* The other side sends; what is sent through the network has arrived when this returns. */
static int send_bytes(int from, int to, size_t bytes)
{
	struct pollfd polled = {.fd = to, .events = POLLIN};

	need(send(from, text, bytes, MSG_NOSIGNAL) == (ssize_t)bytes, "sent");
	return poll(&polled, 1, 5000);
}

static int give_bytes(void *argument)
{
	struct waiting_cell *cell = argument;

	return send(cell->at.other, text, ASKED, MSG_NOSIGNAL);
}

static int give_end(void *argument)
{
	struct waiting_cell *cell = argument;

	return shutdown(cell->at.other, SHUT_WR);
}

static void ready(struct waiting_cell *cell)
{
	open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, ASKED);
}

static void less(struct waiting_cell *cell)
{
	open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, 4);
}

static void more(struct waiting_cell *cell)
{
	open_pair(cell);
	send_bytes(cell->at.other, cell->at.fd, sizeof(text) - 1);
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

static void none_wanted(struct waiting_cell *cell)
{
	ready(cell);
	cell->at.bytes = 0;
	waiting_memory.parts[0].iov_len = waiting_memory.parts[1].iov_len = 0;
}

static void empty_dont_wait(struct waiting_cell *cell)
{
	open_pair(cell);
	cell->at.flags = MSG_DONTWAIT;
}

static void empty_nonblocking(struct waiting_cell *cell)
{
	open_pair(cell);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void empty(struct waiting_cell *cell)
{
	open_pair(cell);
	cell->at.limit = 1;
	cell->give = give_bytes;
}

static void ends(struct waiting_cell *cell)
{
	empty(cell);
	if (kind != UDP && kind != UNIX_DATAGRAM)
		cell->give = give_end;
}

static void ended(struct waiting_cell *cell)
{
	struct pollfd polled = {.events = POLLIN};

	open_pair(cell);
	polled.fd = cell->at.fd;
	if (kind == UDP || kind == UNIX_DATAGRAM)
		waiting_set_flags(cell->at.fd, O_NONBLOCK);
	else
		need(!give_end(cell) && poll(&polled, 1, 5000) == 1, "ended");
}

static void timed(struct waiting_cell *cell)
{
	struct timeval timeout = {0, 10000};

	open_pair(cell);
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

static void none(struct waiting_cell *cell)
{
	(void)cell;
}

static void no_socket(struct waiting_cell *cell)
{
	cell->at.fd = waiting_open_file(text);
}

static void unconnected(struct waiting_cell *cell)
{
	cell->at.fd = socket(kind >= TCP ? AF_INET : AF_UNIX,
			     (kind == UDP || kind == UNIX_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
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
	{"no-descriptor", none, KEEPS, false},
	{"no-socket", no_socket, KEEPS, false},
	{"unconnected", unconnected, KEEPS, false},
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
	waiting_memory.messages[0].msg_hdr.msg_namelen =
		cell->call->family == RECVS ? waiting_memory.address_limit : cell->at.address_bytes;
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

static void room(struct waiting_cell *cell)
{
	open_pair(cell);
	memcpy(cell->at.buffer, text, ASKED);
	cell->at.address = NULL;
	cell->at.address_bytes = 0;
}

static void with_address(struct waiting_cell *cell)
{
	socklen_t bytes = sizeof(waiting_memory.address);

	room(cell);
	cell->at.address = (struct sockaddr *)&waiting_memory.address;
	need(!getpeername(cell->at.fd, cell->at.address, &bytes), "address");
	cell->at.address_bytes = bytes;
}

static void address_unmapped(struct waiting_cell *cell)
{
	room(cell);
	cell->at.address = (struct sockaddr *)waiting_unmapped;
	cell->at.address_bytes = sizeof(struct sockaddr_in);
}

static void none_given(struct waiting_cell *cell)
{
	room(cell);
	cell->at.bytes = 0;
	waiting_memory.parts[0].iov_len = waiting_memory.parts[1].iov_len = 0;
}

static void closed(struct waiting_cell *cell)
{
	room(cell);
	need(!shutdown(cell->at.fd, SHUT_WR), "shut");
}

static void closed_no_signal(struct waiting_cell *cell)
{
	closed(cell);
	cell->at.flags = MSG_NOSIGNAL;
}

static void from_unmapped(struct waiting_cell *cell)
{
	room(cell);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void from_null(struct waiting_cell *cell)
{
	room(cell);
	waiting_set_buffer(&cell->at, NULL);
	cell->at.message = NULL;
	cell->at.messages = NULL;
}

static void too_long(struct waiting_cell *cell)
{
	room(cell);
	if (kind == TCP || kind == UNIX_STREAM)
		return;
	cell->at.flags = MSG_DONTWAIT;
	cell->at.bytes = waiting_memory.parts[0].iov_len = WAITING_BUFFER_BYTES;
	waiting_memory.parts[1].iov_len = 0;
}

/* Full until the other side reads: where both sides are in one kernel's memory, not on a network. */
static void full(struct waiting_cell *cell)
{
	room(cell);
	if (kind >= TCP)
		return;
	while (send(cell->at.fd, waiting_memory.buffer, 4096, MSG_DONTWAIT) > 0)
		;
	while (kind == UNIX_STREAM && send(cell->at.fd, waiting_memory.buffer, 1, MSG_DONTWAIT) > 0)
		;
}

static int take_all(void *argument)
{
	struct waiting_cell *cell = argument;
	static char taken[WAITING_BUFFER_BYTES];

	while (!matrix_returned)
		if (recv(cell->at.other, taken, sizeof(taken), MSG_DONTWAIT) < 0)
			hazard_sleep_us(100);
	return 0;
}

static void full_taken(struct waiting_cell *cell)
{
	full(cell);
	cell->give = take_all;
}

static void full_dont_wait(struct waiting_cell *cell)
{
	full(cell);
	cell->at.flags = MSG_DONTWAIT;
}

static void full_timed(struct waiting_cell *cell)
{
	struct timeval timeout = {0, 10000};

	full(cell);
	need(!setsockopt(cell->at.fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)), "time-out");
}

static const struct waiting_state send_states[] = {
	{"room", room, KEEPS, false},
	{"with-address", with_address, KEEPS, false},
	{"address-unmapped", address_unmapped, KEEPS, false},
	{"none-given", none_given, KEEPS, false},
	{"closed", closed, KEEPS, false},
	{"closed-no-signal", closed_no_signal, KEEPS, false},
	{"from-unmapped", from_unmapped, KEEPS, false},
	{"from-null", from_null, KEEPS, false},
	{"too-long", too_long, KEEPS, false},
	{"full", full_taken, GIVES, false},
	{"full-dont-wait", full_dont_wait, KEEPS, false},
	{"full-timed", full_timed, KEEPS, false},
	{"full-interrupted", full_taken, INTERRUPTS, false},
	{"full-interrupted-restarts", full_taken, INTERRUPTS, true},
	{"send-no-descriptor", none, KEEPS, false},
	{"send-no-socket", no_socket, KEEPS, false},
	{"send-unconnected", unconnected, KEEPS, false},
};

static void tell_sent(struct waiting_cell *cell, char *out_text, size_t limit)
{
	char got[ASKED + 1] = "";
	struct pollfd polled = {.fd = cell->at.other, .events = POLLIN};

	if (cell->result > 0 && cell->at.bytes > 0 && !cell->give)
		need(poll(&polled, 1, 5000) == 1 && recv(cell->at.other, got, ASKED, 0) >= 0, "arrived");
	snprintf(out_text, limit, "arrived '%s', lengths %u %u, broken pipes %u", waiting_shown(got),
		 waiting_memory.messages[0].msg_len, waiting_memory.messages[1].msg_len, broken_pipes);
}

/* As waiting_run, with the kind in the name. */
static void run(enum waiting_family family, const struct waiting_state *states, size_t count,
		void (*tell)(struct waiting_cell *cell, char *text, size_t limit))
{
	for (size_t s = 0; s < count; s++) {
		char name[64];
		struct waiting_state state = states[s];

		snprintf(name, sizeof(name), "%s/%s", kind_names[kind], state.name);
		state.name = name;
		waiting_run(family, &state, 1, ASKED, tell);
	}
}

int main(void)
{
	waiting_init();
	signal(SIGPIPE, handle_broken_pipe);
	waiting_prepare = prepare;
	for (kind = 0; kind < KINDS; kind++) {
		run(RECVS, recv_states, MATRIX_COUNT(recv_states), tell_received);
		run(SENDS, send_states, MATRIX_COUNT(send_states), tell_sent);
	}
	return matrix_finish();
}
