/* SPDX-License-Identifier: MIT */
/* instructions OBJECT: runs itself once more, steps through the pairs of pairs.def and counted.def one
 * instruction at a time, and prints for each how many of them lay in OBJECT (the name of its file) and how many in other libraries. Not
 * counted is what lies in the program itself.
 *
 * A pair is made ROUNDS times in each of PROCESSES processes, and the least counts are taken. So what is left out is what some rounds do
 * beside: by chance (one guarded call in OVERHEAD_PERIOD is timed, one release in CONTEND_FRACTION is kept), because time passed (a wait
 * is the longest so far), for the first times, or where addresses, which are others in each process, meet in a table.
 */
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "counted.h"
#include "mappings.h"

enum {
	PROCESSES = 2,
	ROUNDS = 5,
	WARM_ROUNDS = 2,  /* that are not stepped through */
	NOT_ALLOWED = 77, /* exit status: nobody may trace here */
};

#define NOTHING "nothing" /* the first pair: what the marks cost */

static const char *const names[] = {
	NOTHING,
#define PAIR(pair, limit_single, limit_threads, first, second) pair,
#define COUNTED(pair, first, second)                           pair,
#include "pairs.def"
#include "counted.def"
#undef PAIR
#undef COUNTED
};

enum { PAIRS = sizeof(names) / sizeof(*names) };

/* The pairs begin and end where this signal is raised: the stepping process swallows it. */
static void mark(void)
{
	raise(SIGTRAP);
}

static void *sleeper(void *argument)
{
	for (;;)
		t_sleep_ms(1000000);
	return argument;
}

/* The process that is stepped through. With a second thread, as in programs that have locks. */
static int make_pairs(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, sleeper, NULL);
	counted_init();
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(NOT_ALLOWED);
	raise(SIGSTOP);
#define COUNTED(pair, first, second)                                                                                   \
	for (volatile int round = -WARM_ROUNDS; round < ROUNDS; round++) {                                             \
		if (round >= 0)                                                                                        \
			mark();                                                                                        \
		first;                                                                                                 \
		second;                                                                                                \
		if (round >= 0)                                                                                        \
			mark();                                                                                        \
	}
#define PAIR(pair, limit_single, limit_threads, first, second) COUNTED(pair, first, second)
	COUNTED(NOTHING, (void)0, (void)0)
#include "pairs.def"
#include "counted.def"
#undef PAIR
#undef COUNTED
	_exit(0);
}

/* The process that steps. */
static struct {
	const char *object;
	pid_t pid;
	struct {
		uint64_t begin, end;
	} code, program;
} stepped;

struct count {
	unsigned object, others;
};

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "instructions: %s\n", what);
	if (stepped.pid)
		kill(stepped.pid, SIGKILL);
	exit(1);
}

static uint64_t program_counter(void)
{
	struct user_regs_struct registers;
	struct iovec where = {.iov_base = &registers, .iov_len = sizeof(registers)};

	if (ptrace(PTRACE_GETREGSET, stepped.pid, NT_PRSTATUS, &where))
		fail("its registers cannot be read");
#ifdef __x86_64__
	return registers.rip;
#else
	return registers.pc;
#endif
}

/* Until it stops again: at a mark, or after a step. */
static void resume(enum __ptrace_request how)
{
	int status;

	if (ptrace(how, stepped.pid, NULL, NULL) || waitpid(stepped.pid, &status, 0) != stepped.pid)
		fail("it cannot be traced");
	if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
		fail("it ended, or got a signal");
}

static bool is_at_mark(void)
{
	siginfo_t info;

	if (ptrace(PTRACE_GETSIGINFO, stepped.pid, NULL, &info))
		fail("its signal cannot be looked at");
	return info.si_code == SI_TKILL;
}

static void note_code(const struct mapping *mapping)
{
	const char *name = strrchr(mapping->path, '/');

	if (name && !strcmp(name + 1, stepped.object)) {
		stepped.code.begin = mapping->begin;
		stepped.code.end = mapping->end;
	} else if (name && !strcmp(name + 1, "instructions")) {
		stepped.program.begin = mapping->begin;
		stepped.program.end = mapping->end;
	}
}

static void find_code(void)
{
	FILE *maps = mappings_open(stepped.pid);
	struct mapping mapping;

	while (mappings_next(maps, &mapping))
		if (!strcmp(mapping.kind, "r-xp"))
			note_code(&mapping);
	mappings_close(maps);
	if (!stepped.code.end || !stepped.program.end)
		fail("the object is not loaded");
}

/* From a mark to the next one. */
static struct count count_round(void)
{
	struct count count = {0};

	resume(PTRACE_CONT);
	if (!is_at_mark())
		fail("it stopped before its next pair");
	if (!stepped.code.end)
		find_code();
	for (resume(PTRACE_SINGLESTEP); !is_at_mark(); resume(PTRACE_SINGLESTEP)) {
		uint64_t at = program_counter();

		if (at >= stepped.code.begin && at < stepped.code.end)
			count.object++;
		else if (at < stepped.program.begin || at >= stepped.program.end)
			count.others++;
	}
	return count;
}

static unsigned least(unsigned one, unsigned other)
{
	return one < other ? one : other;
}

static void count_pairs(struct count counts[PAIRS])
{
	for (unsigned i = 0; i < PAIRS * ROUNDS; i++) {
		struct count count = count_round(), *pair = &counts[i / ROUNDS];

		pair->object = least(pair->object, count.object);
		pair->others = least(pair->others, count.others);
	}
}

static void print_pairs(const struct count counts[PAIRS])
{
	const struct count *marks = &counts[0];

	for (unsigned i = 1; i < PAIRS; i++)
		printf("%s %u %u\n", names[i], counts[i].object - marks->object, counts[i].others - marks->others);
}

/* Both processes on one CPU, which either leaves when it stops: several times as fast. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
}

static void start(void)
{
	int status = 0;

	stepped.code.end = stepped.program.end = 0;
	stepped.pid = fork();
	if (!stepped.pid) {
		execl("/proc/self/exe", "instructions", NULL);
		_exit(127);
	}
	waitpid(stepped.pid, &status, WUNTRACED);
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	if (ptrace(PTRACE_SETOPTIONS, stepped.pid, NULL, PTRACE_O_EXITKILL))
		fail("it cannot be traced");
}

int main(int argc, char **argv)
{
	static struct count counts[PAIRS];

	if (argc < 2)
		return make_pairs();
	memset(counts, 0xff, sizeof(counts));
	stay_here();
	stepped.object = argv[1];
	for (unsigned i = 0; i < PROCESSES; i++) {
		start();
		count_pairs(counts);
		kill(stepped.pid, SIGKILL);
		waitpid(stepped.pid, NULL, 0);
	}
	print_pairs(counts);
	return 0;
}
