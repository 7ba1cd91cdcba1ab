/* SPDX-License-Identifier: MIT */
/* storm forks: children by fork, _Fork, vfork, clone with and without libc, posix_spawn, and daemons; they wait, contend with
 * threads of their own where that is allowed, ask for dumps, become other programs several times, and end in every way. Not beside the storm loads: dlclose takes the lock of libc's that
 * exit takes, and a child may be forked with it taken. */
#include <sys/mman.h>
#include <sys/prctl.h>

#include "stress.h"

enum {
	WAITS_LIMIT = 20,
	THREADS_LIMIT = 4,
	IMAGES_LIMIT = 5, /* programs that one process becomes after each other */
	STACK_BYTES = 64 * 1024,
};

enum ending { ENDS_BY_CALL, ENDS_BY_C99_CALL, ENDS_AS_OTHER, ENDS_CLEAN, ENDS_QUICKLY, ENDINGS };

/* Of the child of a process with threads that libc did not see being forked: it may take no lock of libc's. */
enum { RAW_ENDINGS = ENDS_CLEAN };

/* What a child shall do, and what it needs for that: made before it is born. */
struct plan {
	struct stress stress;
	unsigned waits, threads;
	bool asks_for_dump;
	enum ending ending;
	_Atomic pid_t *daemon; /* in memory that all share */
	char *stack;           /* for a child that begins on another one */
	char waits_text[16], images_text[16], seed_text[24];
	char *arguments[7]; /* of the program that it becomes */
};

__attribute__((noreturn)) static void end(const struct plan *plan, enum ending ending)
{
	switch (ending) {
	case ENDS_AS_OTHER:
		execv(stress_program, plan->arguments);
		need(false, "%s executed", stress_program);
	case ENDS_CLEAN:
		exit(0);
	case ENDS_QUICKLY:
		quick_exit(0);
	case ENDS_BY_C99_CALL:
		_Exit(0);
	default:
		_exit(0);
	}
}

static void *wait_in_thread(void *argument)
{
	struct stress_worker *worker = argument;

	certain_wait(stress_next(&worker->random));
	return NULL;
}

static void wait_and_ask(const struct plan *plan)
{
	certain_waits(plan->waits);
	if (plan->asks_for_dump)
		stress_ask_for_dump();
	certain_wait(plan->stress.seed);
}

__attribute__((noreturn)) static void live(const struct plan *plan)
{
	wait_and_ask(plan);
	if (plan->threads) {
		stress_run(&plan->stress, plan->threads, wait_in_thread, NULL);
		certain_contend();
	}
	end(plan, plan->ending);
}

__attribute__((noreturn)) static void live_raw(const struct plan *plan)
{
	wait_and_ask(plan);
	end(plan, plan->ending % RAW_ENDINGS);
}

static pid_t bear_by_fork(struct plan *plan)
{
	pid_t pid = fork();

	if (!pid)
		live(plan);
	return pid;
}

static pid_t bear_by_raw_fork(struct plan *plan)
{
	pid_t pid = _Fork();

	if (!pid)
		live_raw(plan);
	return pid;
}

static pid_t bear_by_call(struct plan *plan)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (!pid)
		live_raw(plan);
	return pid;
}

static int live_on_stack(void *plan)
{
	live_raw(plan);
}

static pid_t bear_on_stack(struct plan *plan)
{
	return clone(live_on_stack, plan->stack + STACK_BYTES, SIGCHLD, plan);
}

/* Its waits are its parent's: it has its memory. */
static pid_t bear_by_vfork(struct plan *plan)
{
	pid_t pid = vfork();

	if (!pid) {
		certain_wait(plan->stress.seed);
		end(plan, plan->ending % RAW_ENDINGS);
	}
	return pid;
}

static pid_t bear_by_spawn(struct plan *plan)
{
	pid_t pid;

	return posix_spawn(&pid, stress_program, NULL, NULL, plan->arguments, environ) ? -1 : pid;
}

static void become_daemon(struct plan *plan)
{
	pid_t pid;

	need(setsid() > 0, "a session of its own");
	pid = fork();
	need(pid >= 0, "second fork");
	if (pid) {
		atomic_store(plan->daemon, pid);
		end(plan, plan->ending == ENDS_AS_OTHER ? ENDS_BY_CALL : plan->ending);
	}
	need(!chdir("/"), "the root");
	closefrom(0);
	need(open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(0) == 2, "the lowest descriptors are free");
}

/* Between two forks it waits, too. Orphans come to us, who are their reaper. */
static pid_t bear_daemon(struct plan *plan)
{
	pid_t pid = fork();

	if (!pid) {
		certain_wait(plan->stress.seed);
		become_daemon(plan);
		live(plan);
	}
	need(pid > 0 && unseen_wait(pid) == 0, "who made the daemon");
	return atomic_load(plan->daemon);
}

static pid_t (*const births[])(struct plan *plan) = {
	bear_by_fork, bear_by_raw_fork, bear_by_call, bear_on_stack, bear_by_vfork, bear_by_spawn, bear_daemon,
};

enum { BIRTHS = sizeof(births) / sizeof(births[0]) };

static void draw(struct plan *plan, struct stress_random *random)
{
	unsigned images = 1 + stress_below(random, IMAGES_LIMIT);

	plan->stress.seed = stress_next(random);
	plan->waits = stress_below(random, WAITS_LIMIT);
	plan->threads = stress_below(random, 2) ? 0 : stress_below(random, THREADS_LIMIT);
	plan->asks_for_dump = stress_below(random, 4) == 0;
	plan->ending = stress_below(random, ENDINGS);
	snprintf(plan->waits_text, sizeof(plan->waits_text), "%u", plan->waits);
	snprintf(plan->images_text, sizeof(plan->images_text), "%u", images);
	snprintf(plan->seed_text, sizeof(plan->seed_text), "%ju", (uintmax_t)stress_next(random));
}

static void *bear(void *argument)
{
	struct stress_worker *worker = argument;
	struct plan plan = {.stress = *worker->stress, .stack = malloc(STACK_BYTES)};
	uint64_t born = 0;

	plan.daemon = (_Atomic pid_t *)worker->shared + worker->number;
	memcpy(plan.arguments,
	       (char *[]){(char *)stress_program, "child", "forks", plan.waits_text, plan.images_text, plan.seed_text},
	       6 * sizeof(char *));
	need(plan.stack, "memory");
	for (; !stress_is_over(worker->stress); born++) {
		unsigned which = stress_below(&worker->random, BIRTHS);
		pid_t pid;
		int status;

		draw(&plan, &worker->random);
		pid = births[which](&plan);
		need(pid > 0, "child of kind %u", which);
		status = unseen_wait(pid);
		need(status == 0, "child %d of kind %u ended with %#x", pid, which, status);
	}
	free(plan.stack);
	stress_note("children", born);
	return NULL;
}

void storm_forks(const struct stress *stress)
{
	size_t bytes = stress->threads * sizeof(_Atomic pid_t);
	void *daemons = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	need(daemons != MAP_FAILED && !prctl(PR_SET_CHILD_SUBREAPER, 1), "daemons come back");
	stress_run(stress, stress->threads, bear, daemons);
	munmap(daemons, bytes);
}

/* The executed child. */
struct image {
	char **argv; /* NAME WAITS IMAGES SEED */
	uint64_t seed;
};

static void execute_listed(char **a)
{
	execl(a[0], a[0], a[1], a[2], a[3], a[4], a[5], NULL);
}

static void execute_listed_with_environment(char **a)
{
	execle(a[0], a[0], a[1], a[2], a[3], a[4], a[5], NULL, environ);
}

static void execute_searched(char **arguments)
{
	execvp(arguments[0], arguments);
}

static void execute_with_environment(char **arguments)
{
	execve(arguments[0], arguments, environ);
}

static void execute_descriptor(char **arguments)
{
	fexecve(open(arguments[0], O_RDONLY | O_CLOEXEC), arguments, environ);
}

static void (*const executions[])(char **arguments) = {
	execute_listed, execute_listed_with_environment, execute_searched, execute_with_environment, execute_descriptor,
};

enum { EXECUTIONS = sizeof(executions) / sizeof(executions[0]) };

static void *finish(void *argument)
{
	struct image *image = argument;
	unsigned left = strtoul(image->argv[2], NULL, 10) - 1;
	enum ending ending = image->seed % ENDINGS;
	char left_text[16];

	snprintf(left_text, sizeof(left_text), "%u", left);
	if (left)
		executions[image->seed % EXECUTIONS]((char *[]){(char *)stress_program, "child", image->argv[0],
								image->argv[1], left_text, image->argv[3], NULL});
	need(!left, "%s executed", stress_program);
	end(NULL, ending == ENDS_AS_OTHER ? ENDS_CLEAN : ending);
}

/* What comes last is done by the first thread or by another. */
int child_forks(int argc, char **argv)
{
	struct image image = {.argv = argv};

	need(argc == 4, "arguments");
	image.seed = strtoull(argv[3], NULL, 10) + strtoul(argv[2], NULL, 10); /* another one in each image */
	certain_waits(strtoul(argv[1], NULL, 10));
	if (image.seed % 4 == 0)
		stress_ask_for_dump();
	certain_contend();
	if (image.seed % 3 == 0)
		unseen_join(hazard_start(finish, &image));
	finish(&image);
	return 0;
}
