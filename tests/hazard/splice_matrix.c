/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: what moves bytes from one descriptor to another answers for every pair of them, ready or not, as without us:
 * result, errno, what arrived, what is left, positions and offsets.
 */
#include "waiting_matrix.h"

enum { ASKED = 10 };
static const char text[] = "0123456789abcdef";
static int far_end;  /* of what is written to, to read it back; -1: none */
static int near_end; /* of what is read from, to write more; -1: none */

/* fd: a pipe to read from, with that many bytes. */
static void from_pipe(struct waiting_cell *cell, size_t bytes)
{
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC), "pipe");
	cell->at.fd = ends[0];
	near_end = ends[1];
	need(write(near_end, text, bytes) == (ssize_t)bytes, "filled");
	memcpy(waiting_memory.buffer, text, ASKED);
}

static void from_file(struct waiting_cell *cell)
{
	cell->at.fd = waiting_open_file(text);
	near_end = -1;
	memcpy(waiting_memory.buffer, text, ASKED);
}

static void to_pipe(struct waiting_cell *cell)
{
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC), "pipe");
	cell->at.other = ends[1];
	far_end = ends[0];
}

static void to_full_pipe(struct waiting_cell *cell)
{
	int flags;

	to_pipe(cell);
	flags = fcntl(cell->at.other, F_GETFL);
	waiting_set_flags(cell->at.other, O_NONBLOCK);
	while (write(cell->at.other, waiting_memory.buffer, 4096) > 0)
		;
	need(!fcntl(cell->at.other, F_SETFL, flags), "flags back");
}

static void to_file(struct waiting_cell *cell)
{
	cell->at.other = waiting_open_file("##########################");
	far_end = -1;
}

static void to_socket(struct waiting_cell *cell)
{
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "pair");
	cell->at.other = pair[0];
	far_end = pair[1];
}

static int give_bytes(void *argument)
{
	(void)argument;
	return write(near_end, text, ASKED);
}

static int give_end(void *argument)
{
	(void)argument;
	close(near_end);
	return near_end = -1;
}

static int give_room(void *argument)
{
	static char taken[65536];

	(void)argument;
	return read(far_end, taken, sizeof(taken));
}

static void pipe_to_pipe(struct waiting_cell *cell)
{
	from_pipe(cell, ASKED);
	to_pipe(cell);
}

static void file_to_pipe(struct waiting_cell *cell)
{
	from_file(cell);
	to_pipe(cell);
}

static void pipe_to_file(struct waiting_cell *cell)
{
	from_pipe(cell, ASKED);
	to_file(cell);
}

static void file_to_file(struct waiting_cell *cell)
{
	from_file(cell);
	to_file(cell);
}

static void file_to_socket(struct waiting_cell *cell)
{
	from_file(cell);
	to_socket(cell);
}

static void pipe_to_socket(struct waiting_cell *cell)
{
	from_pipe(cell, ASKED);
	to_socket(cell);
}

static void use_offsets(struct waiting_cell *cell)
{
	waiting_memory.offsets[0] = 4;
	waiting_memory.offsets[1] = 7;
	cell->at.offsets[0] = &waiting_memory.offsets[0];
	cell->at.offsets[1] = &waiting_memory.offsets[1];
}

static void file_to_file_offsets(struct waiting_cell *cell)
{
	file_to_file(cell);
	use_offsets(cell);
}

static void file_to_pipe_offset(struct waiting_cell *cell)
{
	file_to_pipe(cell);
	use_offsets(cell);
	cell->at.offsets[1] = NULL;
}

static void pipe_to_pipe_offset(struct waiting_cell *cell)
{
	pipe_to_pipe(cell);
	use_offsets(cell);
}

static void offset_unmapped(struct waiting_cell *cell)
{
	file_to_pipe(cell);
	cell->at.offsets[0] = (off64_t *)waiting_unmapped;
}

static void less_there(struct waiting_cell *cell)
{
	from_pipe(cell, 4);
	to_pipe(cell);
}

static void empty(struct waiting_cell *cell)
{
	from_pipe(cell, 0);
	to_pipe(cell);
	cell->give = give_bytes;
}

static void ends(struct waiting_cell *cell)
{
	empty(cell);
	cell->give = give_end;
}

static void empty_nonblocking(struct waiting_cell *cell)
{
	empty(cell);
	cell->at.flags = SPLICE_F_NONBLOCK;
}

static void full(struct waiting_cell *cell)
{
	from_pipe(cell, ASKED);
	to_full_pipe(cell);
	cell->give = give_room;
}

static void full_of_file(struct waiting_cell *cell)
{
	from_file(cell);
	to_full_pipe(cell);
	cell->give = give_room;
}

static void full_nonblocking(struct waiting_cell *cell)
{
	full(cell);
	cell->at.flags = SPLICE_F_NONBLOCK;
}

static void closed(struct waiting_cell *cell)
{
	pipe_to_pipe(cell);
	close(far_end);
	far_end = -1;
}

static void bad_flags(struct waiting_cell *cell)
{
	pipe_to_pipe(cell);
	cell->at.flags = 1 << 20;
}

static void none_wanted(struct waiting_cell *cell)
{
	pipe_to_pipe(cell);
	cell->at.bytes = cell->at.count = 0;
}

static void no_descriptors(struct waiting_cell *cell)
{
	(void)cell;
	near_end = far_end = -1;
}

static void unmapped(struct waiting_cell *cell)
{
	pipe_to_pipe(cell);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void same_pipe(struct waiting_cell *cell)
{
	from_pipe(cell, ASKED);
	cell->at.other = near_end;
	near_end = far_end = -1;
}

static const struct waiting_state states[] = {
	{"pipe-to-pipe", pipe_to_pipe, KEEPS, false},
	{"file-to-pipe", file_to_pipe, KEEPS, false},
	{"pipe-to-file", pipe_to_file, KEEPS, false},
	{"file-to-file", file_to_file, KEEPS, false},
	{"file-to-socket", file_to_socket, KEEPS, false},
	{"pipe-to-socket", pipe_to_socket, KEEPS, false},
	{"file-to-file-offsets", file_to_file_offsets, KEEPS, false},
	{"file-to-pipe-offset", file_to_pipe_offset, KEEPS, false},
	{"pipe-to-pipe-offset", pipe_to_pipe_offset, KEEPS, false},
	{"offset-unmapped", offset_unmapped, KEEPS, false},
	{"less-there", less_there, KEEPS, false},
	{"comes-later", empty, GIVES, false},
	{"ends-later", ends, GIVES, false},
	{"empty-nonblocking", empty_nonblocking, GIVES, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
	{"full", full, GIVES, false},
	{"full-of-file", full_of_file, GIVES, false},
	{"full-nonblocking", full_nonblocking, GIVES, false},
	{"full-interrupted", full, INTERRUPTS, false},
	{"full-interrupted-restarts", full, INTERRUPTS, true},
	{"closed", closed, KEEPS, false},
	{"bad-flags", bad_flags, KEEPS, false},
	{"none-wanted", none_wanted, KEEPS, false},
	{"no-descriptors", no_descriptors, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"same-pipe", same_pipe, KEEPS, false},
};

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	char arrived[64] = "";
	long from_at = lseek(cell->at.fd, 0, SEEK_CUR), to_at = lseek(cell->at.other, 0, SEEK_CUR);

	if (to_at >= 0)
		need(pread(cell->at.other, arrived, sizeof(arrived) - 1, 0) >= 0, "read again");
	snprintf(out_text, limit, "left %zd at %ld, arrived %zd '%s' at %ld, offsets %ld %ld",
		 from_at < 0 ? waiting_drain(cell->at.fd) : 0, from_at, far_end < 0 ? 0 : waiting_drain(far_end),
		 waiting_shown(arrived), to_at, (long)waiting_memory.offsets[0], (long)waiting_memory.offsets[1]);
	if (near_end >= 0)
		close(near_end);
	if (far_end >= 0)
		close(far_end);
}

int main(void)
{
	waiting_init();
	signal(SIGPIPE, SIG_IGN);
	waiting_run(SPLICES, states, MATRIX_COUNT(states), ASKED, tell);
	return matrix_finish();
}
