/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: sending through sockets of every kind (Unix and Internet, streams and datagrams), in every state, with
 * every flag, answers as without us: result, errno, what arrived, and the SIGPIPEs that came.
 */
#include "socket_pairs.h"

static _Atomic unsigned broken_pipes;

static void handle_broken_pipe(int signal)
{
	(void)signal;
	broken_pipes++;
}

static void room(struct waiting_cell *cell)
{
	socket_open_pair(cell);
	broken_pipes = 0;
	memcpy(cell->at.buffer, socket_text, SOCKET_BYTES);
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
	if (socket_kind == TCP || socket_kind == UNIX_STREAM)
		return;
	cell->at.flags = MSG_DONTWAIT;
	cell->at.bytes = waiting_memory.parts[0].iov_len = WAITING_BUFFER_BYTES;
	waiting_memory.parts[1].iov_len = 0;
}

/* Full until the other side reads: where both sides are in one kernel's memory, not on a network. */
static void full(struct waiting_cell *cell)
{
	room(cell);
	if (socket_kind >= TCP)
		return;
	while (send(cell->at.fd, waiting_memory.buffer, 4096, MSG_DONTWAIT) > 0)
		;
	while (socket_kind == UNIX_STREAM && send(cell->at.fd, waiting_memory.buffer, 1, MSG_DONTWAIT) > 0)
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
	{"send-no-descriptor", socket_none, KEEPS, false},
	{"send-no-socket", socket_no_socket, KEEPS, false},
	{"send-unconnected", socket_unconnected, KEEPS, false},
};

/* Messages have the address too. */
static void prepare(struct waiting_cell *cell)
{
	waiting_memory.messages[0].msg_hdr.msg_name = cell->at.address;
	waiting_memory.messages[0].msg_hdr.msg_namelen = cell->at.address_bytes;
}

static void tell_sent(struct waiting_cell *cell, char *out_text, size_t limit)
{
	char got[SOCKET_BYTES + 1] = "";
	struct pollfd polled = {.fd = cell->at.other, .events = POLLIN};

	if (cell->result > 0 && cell->at.bytes > 0 && !cell->give)
		need(poll(&polled, 1, 5000) == 1 && recv(cell->at.other, got, SOCKET_BYTES, 0) >= 0, "arrived");
	snprintf(out_text, limit, "arrived '%s', lengths %u %u, broken pipes %u", waiting_shown(got),
		 waiting_memory.messages[0].msg_len, waiting_memory.messages[1].msg_len, broken_pipes);
}

int main(void)
{
	waiting_init();
	signal(SIGPIPE, handle_broken_pipe);
	waiting_prepare = prepare;
	socket_run(SENDS, send_states, MATRIX_COUNT(send_states), tell_sent);
	return matrix_finish();
}
