/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: whatever reads from a descriptor answers in every state of it as without us: result, errno, the bytes in the
 * buffer, what is left to be read, and the position in a file.
 */
#include "waiting_matrix.h"

enum { ASKED = 10 };
static const char text[] = "0123456789abcdef";

static void open_pipe(struct waiting_cell *cell, size_t bytes)
{
	int ends[2];

	need(!pipe2(ends, O_CLOEXEC), "pipe");
	cell->at.fd = ends[0];
	cell->at.other = ends[1];
	need(write(ends[1], text, bytes) == (ssize_t)bytes, "filled");
}

static int give_bytes(void *argument)
{
	struct waiting_cell *cell = argument;

	return write(cell->at.other, text, ASKED);
}

static int give_end(void *argument)
{
	struct waiting_cell *cell = argument;

	close(cell->at.other);
	return cell->at.other = -1;
}

static void ready(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
}

static void less(struct waiting_cell *cell)
{
	open_pipe(cell, 7);
}

static void more(struct waiting_cell *cell)
{
	open_pipe(cell, sizeof(text) - 1);
}

static void none_wanted(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	cell->at.bytes = 0;
	waiting_memory.parts[0].iov_len = waiting_memory.parts[1].iov_len = 0;
}

static void no_parts(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	cell->at.count = 0;
}

static void empty(struct waiting_cell *cell)
{
	open_pipe(cell, 0);
	cell->give = give_bytes;
}

static void empty_at_any(struct waiting_cell *cell) /* which reads at the position, where there is one */
{
	empty(cell);
	cell->at.offset = -1;
}

static void empty_nonblocking(struct waiting_cell *cell)
{
	open_pipe(cell, 0);
	waiting_set_flags(cell->at.fd, O_NONBLOCK);
}

static void empty_nowait(struct waiting_cell *cell)
{
	empty_at_any(cell);
	cell->at.flags = RWF_NOWAIT;
}

static void ends(struct waiting_cell *cell)
{
	open_pipe(cell, 0);
	cell->give = give_end;
}

static void ended(struct waiting_cell *cell)
{
	open_pipe(cell, 0);
	give_end(cell);
}

static void none(struct waiting_cell *cell)
{
	(void)cell;
}

static void not_open(struct waiting_cell *cell)
{
	open_pipe(cell, 0);
	close(cell->at.fd);
}

static void not_readable(struct waiting_cell *cell)
{
	int reading;

	open_pipe(cell, 0);
	reading = cell->at.fd;
	cell->at.fd = cell->at.other;
	cell->at.other = reading;
}

static void to_null(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	waiting_set_buffer(&cell->at, NULL);
}

static void to_unmapped(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void parts_unmapped(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	cell->at.parts = (struct iovec *)waiting_unmapped;
}

static void parts_many(struct waiting_cell *cell)
{
	open_pipe(cell, ASKED);
	cell->at.count = 5000;
}

static void file(struct waiting_cell *cell)
{
	cell->at.fd = waiting_open_file(text);
	cell->at.offset = 3;
}

static void file_later(struct waiting_cell *cell)
{
	file(cell);
	need(lseek(cell->at.fd, 9, SEEK_SET) == 9, "position");
	cell->at.offset = 12;
}

static void file_at_any(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = -1;
}

static void file_end(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = lseek(cell->at.fd, 0, SEEK_END);
}

static void file_to_unmapped(struct waiting_cell *cell)
{
	file(cell);
	waiting_set_buffer(&cell->at, waiting_unmapped);
}

static void file_far(struct waiting_cell *cell)
{
	file(cell);
	cell->at.offset = INT64_C(5) << 30;
}

static void file_flags(struct waiting_cell *cell)
{
	file(cell);
	cell->at.flags = RWF_HIPRI;
}

static void file_bad_flags(struct waiting_cell *cell)
{
	file(cell);
	cell->at.flags = 1 << 20;
}

static void directory(struct waiting_cell *cell)
{
	cell->at.fd = open(".", O_RDONLY | O_DIRECTORY);
}

static void socket_timed(struct waiting_cell *cell)
{
	struct timeval timeout = {0, 20000};
	int pair[2];

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "pair");
	need(!setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)), "time-out");
	cell->at.fd = pair[0];
	cell->at.other = pair[1];
	cell->at.offset = -1;
}

static const struct waiting_state states[] = {
	{"ready", ready, KEEPS, false},
	{"less-there", less, KEEPS, false},
	{"more-there", more, KEEPS, false},
	{"none-wanted", none_wanted, KEEPS, false},
	{"no-parts", no_parts, KEEPS, false},
	{"nonblocking", empty_nonblocking, KEEPS, false},
	{"nowait", empty_nowait, GIVES, false},
	{"comes-later", empty, GIVES, false},
	{"comes-later-at-any", empty_at_any, GIVES, false},
	{"ends-later", ends, GIVES, false},
	{"ended", ended, KEEPS, false},
	{"interrupted", empty, INTERRUPTS, false},
	{"interrupted-restarts", empty, INTERRUPTS, true},
	{"interrupted-at-any", empty_at_any, INTERRUPTS, false},
	{"interrupted-at-any-restarts", empty_at_any, INTERRUPTS, true},
	{"no-descriptor", none, KEEPS, false},
	{"not-open", not_open, KEEPS, false},
	{"not-readable", not_readable, KEEPS, false},
	{"to-null", to_null, KEEPS, false},
	{"to-unmapped", to_unmapped, KEEPS, false},
	{"parts-unmapped", parts_unmapped, KEEPS, false},
	{"parts-many", parts_many, KEEPS, false},
	{"file", file, KEEPS, false},
	{"file-later", file_later, KEEPS, false},
	{"file-at-any", file_at_any, KEEPS, false},
	{"file-end", file_end, KEEPS, false},
	{"file-far", file_far, KEEPS, false},
	{"file-to-unmapped", file_to_unmapped, KEEPS, false},
	{"file-flags", file_flags, KEEPS, false},
	{"file-bad-flags", file_bad_flags, KEEPS, false},
	{"directory", directory, KEEPS, false},
	{"socket-timed", socket_timed, KEEPS, false},
};

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	int left = -1;
	long at = lseek(cell->at.fd, 0, SEEK_CUR);

	if (at < 0 && ioctl(cell->at.fd, FIONREAD, &left))
		left = -1;
	snprintf(out_text, limit, "got '%s', left %d, at %ld", waiting_shown(waiting_memory.buffer), left, at);
}

int main(void)
{
	waiting_init();
	waiting_run(READS, states, MATRIX_COUNT(states), ASKED, tell);
	return matrix_finish();
}
