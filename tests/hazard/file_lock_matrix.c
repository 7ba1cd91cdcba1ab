/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: locks on files, and all else that fcntl does with numbers and with pointers, answer in every state as without
 * us: result, errno, what is told of the lock, who has it, and the descriptor's flags.
 */
#include "waiting_matrix.h"

static struct flock lock;
static pid_t holder; /* a process that has the file locked; 0: none */
static int release[2];

static void open_file(struct waiting_cell *cell, int flags)
{
	char name[] = "locked.XXXXXX";

	holder = 0;
	cell->at.other = mkstemp(name);
	cell->at.fd = open(name, flags | O_CLOEXEC); /* another open file: flock's locks are between these */
	need(cell->at.fd >= 0 && !unlink(name) && write(cell->at.other, "0123456789", 10) == 10, "file");
	lock = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2, .l_len = 3};
	cell->at.argument = &lock;
	cell->at.offset = 0;
}

/* Another process locks the whole file, in both ways. */
static void hold(struct waiting_cell *cell)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int ready[2];
	char byte;

	need(!pipe2(release, O_CLOEXEC) && !pipe2(ready, O_CLOEXEC), "pipes");
	holder = fork();
	if (!holder) {
		close(release[1]);
		need(!flock(cell->at.other, LOCK_EX) && !fcntl(cell->at.other, F_SETLK, &whole), "held");
		need(write(ready[1], "x", 1) == 1 && !read(release[0], &byte, 1), "told, and let go");
		_exit(flock(cell->at.other, LOCK_UN)); /* which would stay, as the parent has the same open file */
	}
	need(read(ready[0], &byte, 1) == 1, "held");
	close(ready[0]);
	close(ready[1]);
	close(release[0]);
}

static int let_go(void *cell)
{
	(void)cell;
	close(release[1]);
	release[1] = -1;
	return 0;
}

static void is_free(struct waiting_cell *cell)
{
	open_file(cell, O_RDWR);
}

static void is_held(struct waiting_cell *cell)
{
	open_file(cell, O_RDWR);
	hold(cell);
	cell->give = let_go;
}

static void exclusive(struct waiting_cell *cell)
{
	is_free(cell);
	cell->at.flags = LOCK_EX;
}

static void shared(struct waiting_cell *cell)
{
	is_free(cell);
	need(!flock(cell->at.other, LOCK_SH), "shared");
	cell->at.flags = LOCK_SH;
}

static void exclusive_held(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = LOCK_EX;
}

static void shared_held(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = LOCK_SH;
}

static void exclusive_held_no_wait(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = LOCK_EX | LOCK_NB;
}

static void unlocked(struct waiting_cell *cell)
{
	is_free(cell);
	cell->at.flags = LOCK_UN;
}

static void bad_flags(struct waiting_cell *cell)
{
	is_free(cell);
	cell->at.flags = 1 << 20;
}

static void no_descriptor(struct waiting_cell *cell)
{
	holder = 0;
	cell->at.flags = LOCK_EX;
	cell->at.argument = &lock;
}

static const struct waiting_state flock_states[] = {
	{"exclusive", exclusive, KEEPS, false},
	{"shared", shared, KEEPS, false},
	{"exclusive-held", exclusive_held, GIVES, false},
	{"shared-held", shared_held, GIVES, false},
	{"held-interrupted", exclusive_held, INTERRUPTS, false},
	{"held-interrupted-restarts", exclusive_held, INTERRUPTS, true},
	{"exclusive-held-no-wait", exclusive_held_no_wait, KEEPS, false},
	{"unlocked", unlocked, KEEPS, false},
	{"bad-flags", bad_flags, KEEPS, false},
	{"no-descriptor", no_descriptor, KEEPS, false},
};

static void section(struct waiting_cell *cell)
{
	is_free(cell);
	cell->at.flags = F_LOCK;
	cell->at.offset = 4;
}

static void section_held(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = F_LOCK;
}

static void section_held_tried(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = F_TLOCK;
}

static void section_held_tested(struct waiting_cell *cell)
{
	is_held(cell);
	cell->at.flags = F_TEST;
}

static void section_unlocked(struct waiting_cell *cell)
{
	section(cell);
	cell->at.flags = F_ULOCK;
}

static void section_negative(struct waiting_cell *cell)
{
	section(cell);
	cell->at.offset = -4;
}

static void section_read_only(struct waiting_cell *cell)
{
	open_file(cell, O_RDONLY);
	cell->at.flags = F_LOCK;
}

static const struct waiting_state lockf_states[] = {
	{"section", section, KEEPS, false},
	{"section-held", section_held, GIVES, false},
	{"section-held-interrupted", section_held, INTERRUPTS, false},
	{"section-held-interrupted-restarts", section_held, INTERRUPTS, true},
	{"section-held-tried", section_held_tried, KEEPS, false},
	{"section-held-tested", section_held_tested, KEEPS, false},
	{"section-unlocked", section_unlocked, KEEPS, false},
	{"section-negative", section_negative, KEEPS, false},
	{"section-read-only", section_read_only, KEEPS, false},
	{"section-bad-flags", bad_flags, KEEPS, false},
	{"section-no-descriptor", no_descriptor, KEEPS, false},
};

/* One cell of fcntl for each command: the state's number is the command, its argument a lock or a number. */
static const struct {
	const char *name;
	int command;
	enum { LOCK, NUMBER, NOWHERE } given;
	long number;
	bool is_held;
	enum matrix_conduct conduct;
	bool restarts;
} commands[] = {
	{"setlk", F_SETLK, LOCK, 0, false, KEEPS, false},
	{"setlk-held", F_SETLK, LOCK, 0, true, KEEPS, false},
	{"setlkw", F_SETLKW, LOCK, 0, false, KEEPS, false},
	{"setlkw-held", F_SETLKW, LOCK, 0, true, GIVES, false},
	{"setlkw-held-interrupted", F_SETLKW, LOCK, 0, true, INTERRUPTS, false},
	{"setlkw-held-interrupted-restarts", F_SETLKW, LOCK, 0, true, INTERRUPTS, true},
	{"setlkw-nowhere", F_SETLKW, NOWHERE, 0, false, KEEPS, false},
	{"ofd-setlk-held", F_OFD_SETLK, LOCK, 0, true, KEEPS, false},
	{"ofd-setlkw", F_OFD_SETLKW, LOCK, 0, false, KEEPS, false},
	{"getlk", F_GETLK, LOCK, 0, false, KEEPS, false},
	{"getlk-held", F_GETLK, LOCK, 0, true, KEEPS, false},
	{"getlk-nowhere", F_GETLK, NOWHERE, 0, true, KEEPS, false},
	{"getfl", F_GETFL, NUMBER, 0, false, KEEPS, false},
	{"setfl", F_SETFL, NUMBER, O_NONBLOCK | O_APPEND, false, KEEPS, false},
	{"getfd", F_GETFD, NUMBER, 0, false, KEEPS, false},
	{"setfd", F_SETFD, NUMBER, 0, false, KEEPS, false},
	{"setfd-wide", F_SETFD, NUMBER, FD_CLOEXEC | 0x7fff00000000, false, KEEPS, false},
	{"dupfd", F_DUPFD, NUMBER, 900, false, KEEPS, false},
	{"dupfd-cloexec", F_DUPFD_CLOEXEC, NUMBER, 901, false, KEEPS, false},
	{"dupfd-negative", F_DUPFD, NUMBER, -1, false, KEEPS, false},
	{"dupfd-far", F_DUPFD, NUMBER, 1 << 30, false, KEEPS, false},
	{"getown", F_GETOWN, NUMBER, 0, false, KEEPS, false},
	{"getpipe", F_GETPIPE_SZ, NUMBER, 0, false, KEEPS, false},
	{"getlease", F_GETLEASE, NUMBER, 0, false, KEEPS, false},
	{"getowner-nowhere", F_GETOWN_EX, NOWHERE, 0, false, KEEPS, false},
	{"unknown", 4242, NUMBER, 0, false, KEEPS, false},
};
static size_t present; /* of them */

static void set_command(struct waiting_cell *cell)
{
	if (commands[present].is_held)
		is_held(cell);
	else
		is_free(cell);
	cell->at.flags = commands[present].command;
	if (commands[present].given == NUMBER)
		cell->at.argument = (void *)commands[present].number;
	if (commands[present].given == NOWHERE)
		cell->at.argument = waiting_unmapped;
}

/* Can another process lock the bytes that we asked for? */
static bool is_locked_by_us(int fd)
{
	struct flock other = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t child = fork();

	if (!child)
		_exit(syscall(SYS_fcntl, fd, F_SETLK, &other) ? 1 : 0);
	return hazard_wait(child) == 1;
}

static void tell(struct waiting_cell *cell, char *out_text, size_t limit)
{
	bool is_holders = holder && lock.l_pid == holder;

	if (holder) {
		if (release[1] >= 0)
			let_go(cell);
		hazard_wait(holder);
	}
	snprintf(out_text, limit, "lock %d %d %ld %ld of %s, ours %d, another flock fails %d, flags %#x %d, new's %d",
		 lock.l_type, lock.l_whence, (long)lock.l_start, (long)lock.l_len,
		 is_holders   ? "holder"
		 : lock.l_pid ? "another"
			      : "none",
		 is_locked_by_us(cell->at.fd), flock(cell->at.other, LOCK_EX | LOCK_NB), fcntl(cell->at.fd, F_GETFL),
		 fcntl(cell->at.fd, F_GETFD), cell->result > 800 ? fcntl(cell->result, F_GETFD) : 0);
	if (cell->result > 800 && cell->result < 1000)
		close(cell->result);
}

int main(void)
{
	waiting_init();
	waiting_run(FLOCKS, flock_states, MATRIX_COUNT(flock_states), 0, tell);
	waiting_run(LOCKFS, lockf_states, MATRIX_COUNT(lockf_states), 0, tell);
	for (present = 0; present < MATRIX_COUNT(commands); present++) {
		const struct waiting_state state = {commands[present].name, set_command, commands[present].conduct,
						    commands[present].restarts};

		waiting_run(FCNTLS, &state, 1, 0, tell);
	}
	return matrix_finish();
}
