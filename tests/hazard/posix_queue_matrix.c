/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: POSIX message queues answer in every state as without us: result, errno, the message, its priority, how many
 * are left.
 */
#include "waiting_matrix.h"

enum { ASKED = 10 };
static const char text[] = "0123456789";

/* Where the kernel has no queues, every call fails in the same way. */
static void open_queue(struct waiting_cell *cell, int flags)
{
	struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = ASKED};
	char name[64];

	snprintf(name, sizeof(name), "/contend-matrix.%d", getpid());
	cell->number = mq_open(name, O_RDWR | O_CREAT | O_EXCL | flags, 0600, &attributes);
	mq_unlink(name);
	cell->at.fd = cell->number;
	memcpy(cell->at.buffer, text, ASKED);
}

static int give_message(void *argument)
{
	struct waiting_cell *cell = argument;

	return mq_send(cell->number, text, ASKED, 3);
}

static int take_message(void *argument)
{
	struct waiting_cell *cell = argument;
	char taken[ASKED];

	return mq_receive(cell->number, taken, sizeof(taken), NULL);
}

static void there(struct waiting_cell *cell)
{
	open_queue(cell, 0);
	give_message(cell);
	memset(cell->at.buffer, '.', ASKED);
}

static void empty(struct waiting_cell *cell)
{
	open_queue(cell, 0);
	cell->give = give_message;
	if (cell->call->family == MQ_RECEIVES)
		memset(cell->at.buffer, '.', ASKED);
	waiting_memory.timeout = hazard_deadline(CLOCK_REALTIME, MATRIX_FAR_MS);
	cell->at.timeout = &waiting_memory.timeout;
}

static void full(struct waiting_cell *cell)
{
	empty(cell);
	give_message(cell);
	give_message(cell);
	cell->give = take_message;
}

static void empty_past(struct waiting_cell *cell)
{
	empty(cell);
	cell->at.timeout->tv_sec = 1;
	waiting_set_flags(cell->at.fd < 0 ? 2 : cell->at.fd, cell->call->make == waiting_mq_receive ? O_NONBLOCK : 0);
}

static void full_past(struct waiting_cell *cell)
{
	full(cell);
	cell->at.timeout->tv_sec = 1;
	waiting_set_flags(cell->at.fd < 0 ? 2 : cell->at.fd, cell->call->make == waiting_mq_send ? O_NONBLOCK : 0);
}

static void too_short(struct waiting_cell *cell)
{
	there(cell);
	cell->at.bytes--;
}

static void too_long(struct waiting_cell *cell)
{
	open_queue(cell, 0);
	cell->at.bytes++;
}

static void unmapped(struct waiting_cell *cell)
{
	there(cell);
	cell->at.buffer = waiting_unmapped;
}

static void no_descriptor(struct waiting_cell *cell)
{
	cell->number = -1;
}

static const struct waiting_state receive_states[] = {
	{"there", there, KEEPS, false},
	{"comes-later", empty, GIVES, false},
	{"past-or-nonblocking", empty_past, KEEPS, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
	{"too-short", too_short, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"no-descriptor", no_descriptor, KEEPS, false},
};

static const struct waiting_state send_states[] = {
	{"room", there, KEEPS, false},
	{"full", full, GIVES, false},
	{"full-past-or-nonblocking", full_past, KEEPS, false},
	{"full-interrupted", full, INTERRUPTS, false},
	{"full-interrupted-restarts", full, INTERRUPTS, true},
	{"too-long", too_long, KEEPS, false},
	{"send-unmapped", unmapped, KEEPS, false},
	{"send-no-descriptor", no_descriptor, KEEPS, false},
};

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	struct mq_attr attributes = {.mq_curmsgs = -1};

	mq_getattr(cell->number, &attributes);
	snprintf(out_text, limit, "priority %u, '%s', messages %ld", waiting_memory.priority,
		 waiting_shown(waiting_memory.buffer), attributes.mq_curmsgs);
}

int main(void)
{
	waiting_init();
	waiting_run(MQ_RECEIVES, receive_states, MATRIX_COUNT(receive_states), ASKED, tell);
	waiting_run(MQ_SENDS, send_states, MATRIX_COUNT(send_states), ASKED, tell);
	return matrix_finish();
}
