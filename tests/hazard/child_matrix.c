/* SPDX-License-Identifier: MIT
 * limit: 60
 * part of: matrix_test.sh
 *
 * Goal: waiting for children, commands and pipes to them answers in every state as without us: result, errno, the
 * status, what is told of the child, whether it is still there to be waited for, and the dispositions and the mask
 * after.
 */
#include "waiting_matrix.h"

static int release[2]; /* the child ends when this is closed */

/* A child that ends so when let go. */
static void start_child(struct waiting_cell *cell, int status, int signal)
{
	need(!pipe2(release, O_CLOEXEC), "pipe");
	cell->at.child = fork();
	need(cell->at.child >= 0, "fork");
	if (!cell->at.child) {
		char byte;

		close(release[1]);
		need(!read(release[0], &byte, 1), "let go");
		if (signal)
			raise(signal);
		_exit(status);
	}
	cell->number = cell->at.child;
	close(release[0]);
}

static int let_go(void *cell)
{
	(void)cell;
	close(release[1]);
	release[1] = -1;
	return 0;
}

static void runs(struct waiting_cell *cell)
{
	start_child(cell, 5, 0);
	cell->give = let_go;
}

static void ended_so(struct waiting_cell *cell, int status, int signal)
{
	siginfo_t info;

	start_child(cell, status, signal);
	let_go(cell);
	need(!syscall(SYS_waitid, P_PID, cell->at.child, &info, WEXITED | WNOWAIT, NULL), "ended");
}

static void ended(struct waiting_cell *cell)
{
	ended_so(cell, 3, 0);
}

static void killed(struct waiting_cell *cell)
{
	ended_so(cell, 0, SIGKILL);
}

static void any(struct waiting_cell *cell)
{
	ended(cell);
	cell->at.child = -1;
}

static void runs_no_hang(struct waiting_cell *cell)
{
	runs(cell);
	cell->at.flags = WNOHANG;
	if (cell->call->make == waiting_wait || cell->call->make == waiting___wait)
		cell->conduct = GIVES;
}

static void ended_no_hang(struct waiting_cell *cell)
{
	ended(cell);
	cell->at.flags = WNOHANG;
}

static void bad_flags(struct waiting_cell *cell)
{
	ended(cell);
	cell->at.flags = 1 << 20;
}

static void not_told(struct waiting_cell *cell)
{
	ended(cell);
	cell->at.status = NULL;
	cell->at.info = NULL;
	cell->at.usage = NULL;
}

static void unmapped(struct waiting_cell *cell)
{
	ended(cell);
	cell->at.status = (int *)waiting_unmapped;
	cell->at.info = (siginfo_t *)waiting_unmapped;
}

static void no_children(struct waiting_cell *cell)
{
	release[1] = -1;
	cell->at.child = -1;
}

static void not_a_child(struct waiting_cell *cell)
{
	no_children(cell);
	cell->at.child = getpid();
}

static const struct waiting_state states[] = {
	{"runs", runs, GIVES, false},
	{"ended", ended, KEEPS, false},
	{"killed", killed, KEEPS, false},
	{"any", any, KEEPS, false},
	{"runs-no-hang", runs_no_hang, KEEPS, false},
	{"ended-no-hang", ended_no_hang, KEEPS, false},
	{"bad-flags", bad_flags, KEEPS, false},
	{"not-told", not_told, KEEPS, false},
	{"unmapped", unmapped, KEEPS, false},
	{"no-children", no_children, KEEPS, false},
	{"not-a-child", not_a_child, KEEPS, false},
	{"interrupted", runs, INTERRUPTS, false},
	{"interrupted-restarts", runs, INTERRUPTS, true},
};

/* Numbers of processes are told by whose they are. */
static void tell_child(struct waiting_cell *cell, char *out_text, size_t limit)
{
	const struct waiting_memory *memory = &waiting_memory;
	bool was_left;

	if (release[1] >= 0)
		let_go(cell);
	was_left = cell->number && syscall(SYS_wait4, cell->number, NULL, 0, NULL) == cell->number;
	cell->result = cell->result > 0 && cell->result == cell->number ? 1 : cell->result;
	snprintf(out_text, limit, "status %#x, info %d %d %d of child %d, used memory %d, left %d", memory->status,
		 memory->info.si_signo, memory->info.si_code, memory->info.si_status,
		 memory->info.si_pid == cell->number, memory->usage.ru_maxrss > 0, was_left);
}

/* What a command left: it says it in a file. */
static void command(struct waiting_cell *cell, const char *name)
{
	need(setenv("FOR_COMMAND", "word", 1) == 0, "environment");
	cell->at.name = name;
}

static void asks_for_shell(struct waiting_cell *cell)
{
	command(cell, NULL);
}

static void succeeds(struct waiting_cell *cell)
{
	command(cell, "test $FOR_COMMAND = word");
}

static void fails(struct waiting_cell *cell)
{
	command(cell, "exit 7");
}

static void kills_itself(struct waiting_cell *cell)
{
	command(cell, "kill -9 $$");
}

static void is_not_there(struct waiting_cell *cell)
{
	command(cell, "exec 2>/dev/null; exec /nonexistent");
}

static void sleeps(struct waiting_cell *cell)
{
	command(cell, "sleep 0.1");
}

static void children_ignored(struct waiting_cell *cell)
{
	succeeds(cell);
	signal(SIGCHLD, SIG_IGN);
}

static const struct waiting_state command_states[] = {
	{"asks-for-shell", asks_for_shell, KEEPS, false},
	{"succeeds", succeeds, KEEPS, false},
	{"fails", fails, KEEPS, false},
	{"kills-itself", kills_itself, KEEPS, false},
	{"is-not-there", is_not_there, KEEPS, false},
	{"sleeps-interrupted", sleeps, INTERRUPTS, false},
	{"children-ignored", children_ignored, KEEPS, false},
};

static void tell_command(struct waiting_cell *cell, char *out_text, size_t limit)
{
	struct sigaction interrupt, quit;
	sigset_t mask;

	(void)cell;
	sigaction(SIGINT, NULL, &interrupt);
	sigaction(SIGQUIT, NULL, &quit);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	signal(SIGCHLD, SIG_DFL);
	snprintf(out_text, limit, "interrupt and quit as before %d %d, children blocked %d",
		 interrupt.sa_handler == SIG_DFL, quit.sa_handler == SIG_DFL, sigismember(&mask, SIGCHLD));
}

static void reads(struct waiting_cell *cell)
{
	command(cell, "exit 7");
	cell->at.service = "r";
}

static void writes(struct waiting_cell *cell)
{
	command(cell, "exit 8");
	cell->at.service = "we";
}

static void neither(struct waiting_cell *cell)
{
	command(cell, "exit 0");
	cell->at.service = "x";
}

static const struct waiting_state open_states[] = {
	{"reads", reads, KEEPS, false}, {"writes", writes, KEEPS, false}, {"neither", neither, KEEPS, false}};

/* The stream stays open; its command ends all the same. */
static void tell_opened(struct waiting_cell *cell, char *out_text, size_t limit)
{
	int status = -1;

	(void)cell;
	signal(SIGCHLD, SIG_DFL);
	snprintf(out_text, limit, "a child ended %d with %d", waitpid(-1, &status, 0) > 0, status);
}

static void open_command(struct waiting_cell *cell, const char *name, const char *mode)
{
	cell->at.stream = popen(name, mode);
	need(cell->at.stream, "popen");
}

static void read_from(struct waiting_cell *cell)
{
	open_command(cell, "echo word; exit 4", "r");
	need(fgets(waiting_memory.buffer, 16, cell->at.stream), "a line");
}

static void written_to(struct waiting_cell *cell)
{
	open_command(cell, "cat >written; kill -15 $$", "w");
	need(fputs("word", cell->at.stream) >= 0, "a word");
}

static void sleeping(struct waiting_cell *cell)
{
	open_command(cell, "sleep 0.1; exit 9", "r");
}

static void child_is_gone(struct waiting_cell *cell)
{
	open_command(cell, "exit 0", "r");
	need(syscall(SYS_wait4, -1, NULL, 0, NULL) > 0, "waited for before");
}

static void not_by_popen(struct waiting_cell *cell)
{
	cell->at.stream = fopen("/dev/null", "r");
}

static const struct waiting_state close_states[] = {
	{"read-from", read_from, KEEPS, false},         {"written-to", written_to, KEEPS, false},
	{"sleeping", sleeping, KEEPS, false},           {"sleeping-interrupted", sleeping, INTERRUPTS, false},
	{"child-is-gone", child_is_gone, KEEPS, false}, {"not-by-popen", not_by_popen, KEEPS, false},
};

static void tell_closed(struct waiting_cell *cell, char *out_text, size_t limit)
{
	char text[16] = "";
	int fd = open("written", O_RDONLY | O_CLOEXEC);

	(void)cell;
	if (fd >= 0) {
		need(read(fd, text, sizeof(text) - 1) >= 0, "read again");
		close(fd);
		unlink("written");
	}
	snprintf(out_text, limit, "read '%s', written '%s'", waiting_shown(waiting_memory.buffer), text);
}

int main(void)
{
	waiting_init();
	waiting_run(CHILDREN, states, MATRIX_COUNT(states), 0, tell_child);
	waiting_run(COMMANDS, command_states, MATRIX_COUNT(command_states), 0, tell_command);
	waiting_run(POPENS, open_states, MATRIX_COUNT(open_states), 0, tell_opened);
	waiting_run(PCLOSES, close_states, MATRIX_COUNT(close_states), 0, tell_closed);
	return matrix_finish();
}
