/* SPDX-License-Identifier: MIT */
/* storm limits: children that live at the limits of their resources get from them what they would get without anybody else; what
 * they waited is in their profiles, or one line says that it could not be written. */
#include <sys/mman.h>
#include <sys/resource.h>

#include "stress.h"

enum {
	WAITS = 20,
	MIB = 1024 * 1024,
	PAGE_BYTES = 4096,
	FIRST_UID = 100000, /* plus its process number: a child's who may have so many processes, and nobody else's */
	LINE_BYTES = 1024,
	MUTEX_TIMED = 0, /* the certain wait that all of these make: one kind can be taken back */
};

struct limit {
	const char *name;
	int resource;
	unsigned from, to;
	bool is_program, contends;
	rlim_t (*base)(void);
	void (*check)(rlim_t limit);
};

/* All that can be opened is: so many as there are numbers left. */
static void count_descriptors(rlim_t limit)
{
	rlim_t open_already = 0, opened = 0;
	int descriptor;

	for (rlim_t i = 0; i < limit; i++)
		open_already += fcntl((int)i, F_GETFD) >= 0;
	while ((descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
		opened++;
	need(errno == EMFILE && opened + open_already == limit, "%ju opened of %ju, %ju before", (uintmax_t)opened,
	     (uintmax_t)limit, (uintmax_t)open_already);
	closefrom(3);
}

static void *await_flag(void *is_over)
{
	while (!*(_Atomic bool *)is_over)
		unseen_sleep_us(200);
	return NULL;
}

/* All threads that can be begun are: so many as there are processes left. */
static void count_threads(rlim_t limit)
{
	static _Atomic bool is_over;
	pthread_t threads[8];
	rlim_t begun = 0;
	int error;

	while ((error = pthread_create(&threads[begun], NULL, await_flag, &is_over)) == 0 && begun < limit)
		begun++;
	is_over = true;
	need(error == EAGAIN && begun + 1 == limit, "%ju threads beside the first, limit %ju", (uintmax_t)begun,
	     (uintmax_t)limit);
	for (rlim_t i = 0; i < begun; i++)
		need(unseen_join(threads[i]), "thread");
}

static void check_file_size(rlim_t limit)
{
	int file = memfd_create("limit", MFD_CLOEXEC);

	need(file >= 0 && !ftruncate(file, (off_t)limit), "a file of %ju bytes", (uintmax_t)limit);
	close(file);
}

static void check_nothing(rlim_t limit)
{
	(void)limit;
}

static rlim_t nothing(void)
{
	return 0;
}

/* Address space that is in use. */
static rlim_t present_space(void)
{
	char text[64] = "";
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	unseen_call(SYS_read, file, (long)text, sizeof(text) - 1, 0);
	close(file);
	return strtoul(text, NULL, 10) * PAGE_BYTES;
}

static const struct limit limits[] = {
#define LIMIT(name, resource, from, to, base, is_program, contends, check)                                             \
	{#name, resource, from, to, is_program, contends, base, check},
#include "stress/limits.def"
#undef LIMIT
};

enum { LIMITS = sizeof(limits) / sizeof(limits[0]) };

static unsigned waits_of(const struct limit *limit)
{
	return WAITS + limit->contends;
}

__attribute__((noreturn)) static void live(const struct limit *limit, rlim_t value)
{
	for (unsigned i = 0; i < WAITS; i++)
		certain_wait(MUTEX_TIMED);
	limit->check(value);
	if (limit->contends)
		certain_contend();
	_exit(0);
}

static void set_limit(const struct limit *limit, rlim_t value)
{
	struct rlimit both = {value, value};

	need(!setrlimit(limit->resource, &both), "limit of %s", limit->name);
}

/* Its standard error is the pipe, and nothing else is open. */
__attribute__((noreturn)) static void be_child(const struct limit *limit, struct stress_random *random, int error_pipe,
					       uid_t uid)
{
	rlim_t value = limit->base() + limit->from + stress_below(random, limit->to - limit->from + 1);
	char text[24];

	need(dup2(error_pipe, 2) == 2, "standard error");
	closefrom(3);
	if (limit->resource == RLIMIT_NPROC)
		need(!setresuid(uid, uid, uid), "another user");
	set_limit(limit, value);
	if (!limit->is_program)
		live(limit, value);
	snprintf(text, sizeof(text), "%ju", (uintmax_t)value);
	execl(stress_program, stress_program, "child", "limits", limit->name, text, NULL);
	need(false, "%s executed", stress_program);
}

/* Is there a line? No other but one of the profiler's, and one only. */
static bool has_said(int error_pipe, const struct limit *limit)
{
	static const char wanted[] = "contend: no profile written";
	char text[LINE_BYTES + 1] = "";
	long bytes = unseen_call(SYS_read, error_pipe, (long)text, LINE_BYTES, 0);

	if (bytes <= 0)
		return false;
	need(getenv("LD_PRELOAD") && !strncmp(text, wanted, sizeof(wanted) - 1) &&
		     strchr(text, '\n') == text + bytes - 1,
	     "at the limit of %s: %s", limit->name, text);
	return true;
}

static void *bear(void *argument)
{
	struct stress_worker *worker = argument;
	uint64_t born = 0, unwritten = 0;
	int pipe_ends[2];

	need(!pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK), "pipe");
	for (; !stress_is_over(worker->stress); born++) {
		const struct limit *limit = &limits[stress_below(&worker->random, LIMITS)];
		pid_t pid = fork();
		int status;

		if (!pid)
			be_child(limit, &worker->random, pipe_ends[1], FIRST_UID + (uid_t)getpid());
		need(pid > 0, "fork");
		status = unseen_wait(pid);
		if (has_said(pipe_ends[0], limit)) {
			ledger_excuse(pid, WAIT_MUTEX, waits_of(limit));
			unwritten++;
		}
		need(status == 0, "child %d at the limit of %s ended with %#x", pid, limit->name, status);
	}
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	stress_note("children at a limit", born);
	stress_note("of them with a line instead of profiles", unwritten);
	return NULL;
}

void storm_limits(const struct stress *stress)
{
	stress_run(stress, stress->threads, bear, NULL);
}

/* argv: NAME LIMIT VALUE */
int child_limits(int argc, char **argv)
{
	need(argc == 3, "arguments");
	for (int i = 0; i < LIMITS; i++)
		if (!strcmp(argv[1], limits[i].name))
			live(&limits[i], strtoull(argv[2], NULL, 10));
	need(false, "a limit is called %s", argv[1]);
}
