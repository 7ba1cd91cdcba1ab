/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: whatever writes to a descriptor, or waits until it is written, answers in every state of it as without us:
 * result, errno, what arrived, the file's length and position, and the SIGPIPEs that came.
 */
#include "waiting_matrix.h"

enum { GIVEN = 10, MUCH = 100000 };
static _Atomic unsigned broken_pipes;

static void handle_broken_pipe(int signal)
{
	(void)signal;
	broken_pipes++;
}

static void fill_buffer(struct waiting_cell *cell)
{
	broken_pipes = 0;
	for (size_t i = 0; i < MUCH; i++)
		cell->at.buffer[i] = 'a' + i % 26;
}

static void open_pipe(struct waiting_cell *cell)
{
	int ends[2];

	fill_buffer(cell);
	need(!pipe2(ends, O_CLOEXEC), "pipe");
	cell->at.fd = ends[1];
	cell->at.other = ends[0];
	cell->at.offset = -1; /* the position, where there is one */
}

static void open_full_pipe(struct waiting_cell *cell)
{
	int flags;

	open_pipe(cell);
	flags = fcntl(cell->at.fd, F_GETFL);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
	while (write(cell->at.fd, waiting_memory.buffer, 4096) > 0)
		;
	need(!fcntl(cell->at.fd, F_SETFL, flags), "flags back");
}

static void ask_much(struct waiting_cell *cell)
{
	cell->at.bytes = MUCH;
	waiting_memory.parts[1].iov_len = MUCH - waiting_memory.parts[0].iov_len;
}

/* Reads until all has been written. */
static int take_all(void *argument)
{
	struct waiting_cell *cell = argument;
	static char taken[4096];
	struct pollfd polled = {.fd = cell->at.other, .events = POLLIN};

	while (!matrix_returned)
		if (poll(&polled, 1, 1) > 0)
			cell->number += read(cell->at.other, taken, sizeof(taken));
	return 0;
}

static int take_end(void *argument)
{
	struct waiting_cell *cell = argument;

	close(cell->at.other);
	return cell->at.other = -1;
}

static void room(struct waiting_cell *cell)
{
	open_pipe(cell);
}

static void none_given(struct waiting_cell *cell)
{
	open_pipe(cell);
	cell->at.bytes = 0;
	waiting_memory.parts[0].iov_len = waiting_memory.parts[1].iov_len = 0;
}

static void full_nonblocking(struct waiting_cell *cell)
{
	open_full_pipe(cell);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void much_nonblocking(struct waiting_cell *cell)
{
	open_pipe(cell);
	ask_much(cell);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void full(struct waiting_cell *cell)
{
	open_full_pipe(cell);
	cell->give = take_all;
}

static void full_nowait(struct waiting_cell *cell)
{
	full(cell);
	cell->at.flags = RWF_NOWAIT;
}

static void much(struct waiting_cell *cell)
{
	open_pipe(cell);
	ask_much(cell);
	cell->give = take_all;
}

static void closed(struct waiting_cell *cell)
{
	open_pipe(cell);
	take_end(cell);
}

static void full_closes(struct waiting_cell *cell)
{
	open_full_pipe(cell);
	cell->give = take_end;
}

static void none(struct waiting_cell *cell)
{
	fill_buffer(cell);
}

static void not_writable(struct waiting_cell *cell)
{
	int writing;

	open_pipe(cell);
	writing = cell->at.fd;
	cell->at.fd = cell->at.other;
	cell->at.other = writing;
}

static void from_null(struct waiting_cell *cell)
{
	open_pipe(cell);
	waiting_set_buffer(&cell->at, NULL);
}

static void from_unmapped(struct waiting_cell *cell)
{
	open_pipe(cell);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void parts_unmapped(struct waiting_cell *cell)
{
	open_pipe(cell);
	cell->at.parts = (struct iovec *)waiting_unmapped;
}

static void file(struct waiting_cell *cell)
{
	fill_buffer(cell);
	cell->at.fd = waiting_open_file("0123456789abcdef");
	cell->at.offset = 3;
}

static void file_end(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = lseek(cell->at.fd, 0, SEEK_END);
}

static void file_behind(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = lseek(cell->at.fd, 100, SEEK_SET);
}

static void file_at_any(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = -1;
}

static void file_appended(struct waiting_cell *cell)
{
	file(cell);
	waiting_set_flags(cell->at.fd, O_APPEND);
}

static void file_flags(struct waiting_cell *cell)
{
	file(cell);
	cell->at.flags = RWF_DSYNC;
}

static void file_bad_flags(struct waiting_cell *cell)
{
	file(cell);
	cell->at.flags = 1 << 20;
}

static void full_device(struct waiting_cell *cell)
{
	fill_buffer(cell);
	cell->at.fd = open("/dev/full", O_RDWR | O_CLOEXEC);
}

static void event_counter(struct waiting_cell *cell)
{
	fill_buffer(cell);
	cell->at.fd = syscall(SYS_eventfd2, 0, 0);
	cell->at.offset = -1;
}

static const struct waiting_state states[] = {
	{"room", room, KEEPS, false},
	{"none-given", none_given, KEEPS, false},
	{"full-nonblocking", full_nonblocking, KEEPS, false},
	{"much-nonblocking", much_nonblocking, KEEPS, false},
	{"full-nowait", full_nowait, GIVES, false},
	{"full", full, GIVES, false},
	{"much", much, GIVES, false},
	{"closed", closed, KEEPS, false},
	{"full-closes", full_closes, GIVES, false},
	{"full-interrupted", full, INTERRUPTS, false},
	{"full-interrupted-restarts", full, INTERRUPTS, true},
	{"much-interrupted", much, INTERRUPTS, false},
	{"much-interrupted-restarts", much, INTERRUPTS, true},
	{"no-descriptor", none, KEEPS, false},
	{"not-writable", not_writable, KEEPS, false},
	{"from-null", from_null, KEEPS, false},
	{"from-unmapped", from_unmapped, KEEPS, false},
	{"parts-unmapped", parts_unmapped, KEEPS, false},
	{"file", file, KEEPS, false},
	{"file-end", file_end, KEEPS, false},
	{"file-behind", file_behind, KEEPS, false},
	{"file-at-any", file_at_any, KEEPS, false},
	{"file-appended", file_appended, KEEPS, false},
	{"file-flags", file_flags, KEEPS, false},
	{"file-bad-flags", file_bad_flags, KEEPS, false},
	{"full-device", full_device, KEEPS, false},
	{"event-counter", event_counter, KEEPS, false},
};

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	char text[32] = "";
	long at = lseek(cell->at.fd, 0, SEEK_CUR), length = lseek(cell->at.fd, 0, SEEK_END);

	if (length > 0)
		need(pread(cell->at.fd, text, sizeof(text) - 1, 0) >= 0, "read again");
	snprintf(out_text, limit, "arrived %zd, at %ld of %ld, '%s', broken pipes %u",
		 cell->number + waiting_drain(cell->at.other), at, length, waiting_shown(text), broken_pipes);
}

static void sync_read_only(struct waiting_cell *cell)
{
	cell->at.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
}

static void sync_pipe(struct waiting_cell *cell)
{
	open_pipe(cell);
}

static void sync_memory(struct waiting_cell *cell)
{
	file(cell);
	cell->at.flags = MS_SYNC;
	cell->at.bytes = 4096;
	cell->at.buffer = waiting_unmapped - 4096;
}

static void sync_memory_later(struct waiting_cell *cell)
{
	sync_memory(cell);
	cell->at.flags = MS_ASYNC;
}

static void sync_no_memory(struct waiting_cell *cell)
{
	sync_memory(cell);
	cell->at.buffer = waiting_unmapped;
}

static void sync_terminal(struct waiting_cell *cell)
{
	cell->at.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static const struct waiting_state sync_states[] = {
	{"sync-file", file, KEEPS, false},
	{"sync-read-only", sync_read_only, KEEPS, false},
	{"sync-pipe", sync_pipe, KEEPS, false},
	{"sync-no-descriptor", none, KEEPS, false},
	{"sync-memory", sync_memory, KEEPS, false},
	{"sync-memory-later", sync_memory_later, KEEPS, false},
	{"sync-no-memory", sync_no_memory, KEEPS, false},
	{"sync-terminal", sync_terminal, KEEPS, false},
};

int main(void)
{
	waiting_init();
	signal(SIGPIPE, handle_broken_pipe);
	waiting_run(WRITES, states, MATRIX_COUNT(states), GIVEN, tell);
	waiting_run(SYNCS, sync_states, MATRIX_COUNT(sync_states), GIVEN, NULL);
	return matrix_finish();
}
