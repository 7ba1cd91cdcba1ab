/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: the message queues and the semaphores of System V answer in every state as without us: result, errno, the
 * message, its type, how many are left, and the semaphores' values.
 */
#include "waiting_matrix.h"

enum { ASKED = 10 };
struct message {
	long type;
	char text[32];
};
static const struct message one = {7, "0123456789"};

static void open_queue(struct waiting_cell *cell)
{
	cell->at.fd = -1;
	cell->number = msgget(IPC_PRIVATE, 0600);
	need(cell->number >= 0, "queue");
	cell->at.fd = cell->number;
	memcpy(cell->at.buffer, &one, sizeof(one.type) + ASKED);
}

static int give_message(void *argument)
{
	struct waiting_cell *cell = argument;

	return msgsnd(cell->number, &one, ASKED, 0);
}

static int remove_queue(void *argument)
{
	struct waiting_cell *cell = argument;

	return msgctl(cell->number, IPC_RMID, NULL);
}

static void empty(struct waiting_cell *cell)
{
	open_queue(cell);
	memset(cell->at.buffer, '.', sizeof(struct message));
	cell->give = give_message;
}

static void there(struct waiting_cell *cell)
{
	empty(cell);
	need(!give_message(cell), "sent");
}

static void of_type(struct waiting_cell *cell)
{
	there(cell);
	cell->at.type = 7;
}

static void of_other_type(struct waiting_cell *cell)
{
	there(cell);
	cell->at.type = 8;
	cell->at.flags = IPC_NOWAIT;
}

static void empty_no_wait(struct waiting_cell *cell)
{
	empty(cell);
	cell->at.flags = IPC_NOWAIT;
}

static void too_short(struct waiting_cell *cell)
{
	there(cell);
	cell->at.bytes = 4;
}

static void cut_short(struct waiting_cell *cell)
{
	too_short(cell);
	cell->at.flags = MSG_NOERROR;
}

static void unmapped(struct waiting_cell *cell)
{
	there(cell);
	cell->at.buffer = waiting_unmapped;
}

static void removed(struct waiting_cell *cell)
{
	open_queue(cell);
	remove_queue(cell);
}

static void is_removed(struct waiting_cell *cell)
{
	open_queue(cell);
	cell->give = remove_queue;
}

static void negative_length(struct waiting_cell *cell)
{
	there(cell);
	cell->at.bytes = -1;
}

static const struct waiting_state receive_states[] = {
	{"there", there, KEEPS, false},
	{"of-type", of_type, KEEPS, false},
	{"of-other-type", of_other_type, KEEPS, false},
	{"comes-later", empty, GIVES, false},
	{"no-wait", empty_no_wait, KEEPS, false},
	{"too-short", too_short, KEEPS, false},
	{"cut-short", cut_short, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"removed", removed, KEEPS, false},
	{"is-removed", is_removed, GIVES, false},
	{"negative-length", negative_length, KEEPS, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
};

static void fill_queue(struct waiting_cell *cell)
{
	struct msqid_ds state;

	open_queue(cell);
	need(!msgctl(cell->number, IPC_STAT, &state), "state");
	state.msg_qbytes = 4 * ASKED;
	need(!msgctl(cell->number, IPC_SET, &state), "a small queue");
	while (!msgsnd(cell->number, &one, ASKED, IPC_NOWAIT))
		;
}

static int take_message(void *argument)
{
	struct waiting_cell *cell = argument;
	struct message message;

	return msgrcv(cell->number, &message, sizeof(message.text), 0, 0);
}

static void full(struct waiting_cell *cell)
{
	fill_queue(cell);
	cell->give = take_message;
}

static void full_no_wait(struct waiting_cell *cell)
{
	full(cell);
	cell->at.flags = IPC_NOWAIT;
}

static void full_is_removed(struct waiting_cell *cell)
{
	fill_queue(cell);
	cell->give = remove_queue;
}

static void bad_type(struct waiting_cell *cell)
{
	open_queue(cell);
	((struct message *)cell->at.buffer)->type = 0;
}

static void too_long(struct waiting_cell *cell)
{
	open_queue(cell);
	cell->at.bytes = WAITING_BUFFER_BYTES - sizeof(long);
}

static void send_unmapped(struct waiting_cell *cell)
{
	open_queue(cell);
	cell->at.buffer = waiting_unmapped;
}

static const struct waiting_state send_states[] = {
	{"room", open_queue, KEEPS, false},
	{"full", full, GIVES, false},
	{"full-no-wait", full_no_wait, KEEPS, false},
	{"full-is-removed", full_is_removed, GIVES, false},
	{"full-interrupted", full, INTERRUPTS, false},
	{"full-interrupted-restarts", full, INTERRUPTS, true},
	{"bad-type", bad_type, KEEPS, false},
	{"too-long", too_long, KEEPS, false},
	{"send-unmapped", send_unmapped, KEEPS, false},
	{"send-removed", removed, KEEPS, false},
};

static void tell_queue(struct waiting_cell *cell, char *out_text, size_t limit)
{
	struct msqid_ds state = {.msg_qnum = -1};

	cell->at.fd = -1; /* not a descriptor */
	msgctl(cell->number, IPC_STAT, &state);
	remove_queue(cell);
	snprintf(out_text, limit, "type %ld, '%s', messages %ld", (long)waiting_memory.buffer[0],
		 waiting_shown(waiting_memory.buffer + sizeof(long)), (long)state.msg_qnum);
}

/* Two System V semaphores of value 1; two operations, each on one. */
static void take_two(struct waiting_cell *cell, short first, short second)
{
	cell->number = semget(IPC_PRIVATE, 2, 0600);
	need(cell->number >= 0 && !semctl(cell->number, 0, SETVAL, 1) && !semctl(cell->number, 1, SETVAL, 1), "set");
	cell->at.fd = cell->number;
	waiting_memory.operations[0] = (struct sembuf){0, first, 0};
	waiting_memory.operations[1] = (struct sembuf){1, second, 0};
}

static int post_second(void *argument)
{
	struct waiting_cell *cell = argument;
	struct sembuf post = {1, 5, 0};

	return semop(cell->number, &post, 1);
}

static int remove_set(void *argument)
{
	struct waiting_cell *cell = argument;

	return semctl(cell->number, 0, IPC_RMID);
}

static void both(struct waiting_cell *cell)
{
	take_two(cell, -1, -1);
}

static void not_both(struct waiting_cell *cell)
{
	take_two(cell, -1, -3);
	cell->give = post_second;
}

static void not_both_no_wait(struct waiting_cell *cell)
{
	not_both(cell);
	waiting_memory.operations[1].sem_flg = IPC_NOWAIT;
}

static void not_both_near(struct waiting_cell *cell)
{
	not_both(cell);
	waiting_set_timeout(&cell->at, 0, MATRIX_NEAR_MS * 1000000);
	if (cell->call->make == waiting_semop)
		waiting_memory.operations[1].sem_flg = IPC_NOWAIT;
}

static void not_both_far(struct waiting_cell *cell)
{
	not_both(cell);
	waiting_set_timeout(&cell->at, MATRIX_FAR_MS / 1000, 0);
}

static void set_is_removed(struct waiting_cell *cell)
{
	not_both(cell);
	cell->give = remove_set;
}

static void bad_timeout(struct waiting_cell *cell)
{
	both(cell);
	waiting_set_timeout(&cell->at, 0, 1000000000);
}

static void bad_number(struct waiting_cell *cell)
{
	both(cell);
	waiting_memory.operations[1].sem_num = 2;
}

static void no_operations(struct waiting_cell *cell)
{
	both(cell);
	cell->at.count = 0;
}

static void operations_unmapped(struct waiting_cell *cell)
{
	both(cell);
	cell->at.operations = (struct sembuf *)waiting_unmapped;
}

static void no_set(struct waiting_cell *cell)
{
	both(cell);
	remove_set(cell);
}

static const struct waiting_state semaphore_states[] = {
	{"both", both, KEEPS, false},
	{"not-both", not_both, GIVES, false},
	{"not-both-no-wait", not_both_no_wait, KEEPS, false},
	{"not-both-near", not_both_near, KEEPS, false},
	{"not-both-far", not_both_far, GIVES, false},
	{"set-is-removed", set_is_removed, GIVES, false},
	{"not-both-interrupted", not_both, INTERRUPTS, false},
	{"not-both-interrupted-restarts", not_both_far, INTERRUPTS, true},
	{"bad-timeout", bad_timeout, KEEPS, false},
	{"bad-number", bad_number, KEEPS, false},
	{"no-operations", no_operations, KEEPS, false},
	{"operations-unmapped", operations_unmapped, KEEPS, false},
	{"no-set", no_set, KEEPS, false},
};

static void tell_set(struct waiting_cell *cell, char *out_text, size_t limit)
{
	cell->at.fd = -1; /* not a descriptor */
	snprintf(out_text, limit, "values %d %d", semctl(cell->number, 0, GETVAL), semctl(cell->number, 1, GETVAL));
	remove_set(cell);
}

int main(void)
{
	waiting_init();
	waiting_run(MSGRCVS, receive_states, MATRIX_COUNT(receive_states), ASKED, tell_queue);
	waiting_run(MSGSNDS, send_states, MATRIX_COUNT(send_states), ASKED, tell_queue);
	waiting_run(SEMOPS, semaphore_states, MATRIX_COUNT(semaphore_states), 0, tell_set);
	return matrix_finish();
}
