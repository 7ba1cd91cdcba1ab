/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "debug_helper.h"

enum { LIMIT_S = 60, DOWNLOAD_LIMIT_S = 60, TEXT_BYTES = 16 * 1024 };

#define MEMORY_LIMIT_BYTES (UINT64_C(16) << 30)
#define ANSWER_LIMIT_BYTES (UINT64_C(1) << 28)

/* What goes through the pipe for each frame; its texts follow, without their ends. */
struct answer {
	uint64_t number;
	uint32_t line, start_line;
	uint32_t is_last;
	uint32_t name_bytes, system_name_bytes, file_bytes;
};

/* The helper's side. */
struct answering {
	FILE *out;
	uint64_t number;
};

static uint32_t text_bytes(const char *text)
{
	return (uint32_t)strnlen(text, TEXT_BYTES - 1);
}

static void answer_frame(const struct debug_frame *frame, void *argument)
{
	struct answering *answering = argument;
	struct answer answer = {.number = answering->number,
				.line = frame->line,
				.start_line = frame->start_line,
				.is_last = frame->is_last,
				.name_bytes = text_bytes(frame->name),
				.system_name_bytes = text_bytes(frame->system_name),
				.file_bytes = text_bytes(frame->file)};

	fwrite(&answer, sizeof(answer), 1, answering->out);
	fwrite(frame->name, 1, answer.name_bytes, answering->out);
	fwrite(frame->system_name, 1, answer.system_name_bytes, answering->out);
	fwrite(frame->file, 1, answer.file_bytes, answering->out);
}

static void limit(int resource, uint64_t amount)
{
	struct rlimit present;

	if (getrlimit(resource, &present) != 0 || present.rlim_max < amount)
		return;
	present.rlim_cur = present.rlim_max = amount;
	setrlimit(resource, &present);
}

/* A download shows its progress to whoever sits there. What else would be said is libdw's own: assertions that fail. */
static void prepare_stderr(void)
{
	if (isatty(STDERR_FILENO) && getenv("DEBUGINFOD_URLS"))
		setenv("DEBUGINFOD_PROGRESS", "1", 0);
	else
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
	setenv("DEBUGINFOD_MAXTIME", "60", 0);
}

/* Its faults are no news to anybody: no core. */
static void prepare_helper(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_AS, MEMORY_LIMIT_BYTES);
	limit(RLIMIT_CPU, LIMIT_S);
	signal(SIGPIPE, SIG_DFL);
	prepare_stderr();
}

static _Noreturn void be_helper(const struct debug_question *question, int descriptor)
{
	struct answering answering = {.out = fdopen(descriptor, "w")};
	struct debug_lines *lines;

	prepare_helper();
	lines = answering.out ? debug_lines_open(question->view, question->object) : NULL;
	for (; lines && answering.number < question->count; answering.number++) {
		debug_lines_find(lines, question->positions[answering.number], answer_frame, &answering);
		fflush(answering.out); /* whatever befalls us at the next one */
	}
	_exit(0);
}

/* Our side. */
struct asking {
	int descriptor;
	int64_t deadline_ms;
	uint64_t bytes_left;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -ENODATA: the end. */
static int read_some(struct asking *asking, char *out_bytes, size_t bytes, size_t *out_count)
{
	struct pollfd wait = {.fd = asking->descriptor, .events = POLLIN};
	int64_t left_ms = asking->deadline_ms - now_ms();
	int ready = left_ms > 0 ? poll(&wait, 1, (int)left_ms) : 0;
	ssize_t count;

	*out_count = 0;
	if (ready == 0)
		return -ETIMEDOUT;
	count = ready < 0 ? -1 : read(asking->descriptor, out_bytes, bytes);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	*out_count = (size_t)count;
	return count ? 0 : -ENODATA;
}

static int read_fully(struct asking *asking, void *out_bytes, size_t bytes)
{
	char *at = out_bytes;
	int error = 0;

	if (bytes > asking->bytes_left)
		return -EFBIG;
	asking->bytes_left -= bytes;
	while (bytes > 0 && !error) {
		size_t count;

		error = read_some(asking, at, bytes, &count);
		at += count;
		bytes -= count;
	}
	return error;
}

static int read_text(struct asking *asking, char *out_text, size_t bytes)
{
	int error = bytes < TEXT_BYTES ? read_fully(asking, out_text, bytes) : -EIO;

	out_text[error ? 0 : bytes] = '\0';
	return error;
}

static int read_answer(struct asking *asking, size_t count, struct debug_frame *out_frame, size_t *out_number)
{
	static char name[TEXT_BYTES], system_name[TEXT_BYTES], file[TEXT_BYTES];
	struct answer answer;
	int error = read_fully(asking, &answer, sizeof(answer));

	if (!error)
		error = read_text(asking, name, answer.name_bytes);
	if (!error)
		error = read_text(asking, system_name, answer.system_name_bytes);
	if (!error)
		error = read_text(asking, file, answer.file_bytes);
	if (error || answer.number >= count)
		return error ? error : -EIO;
	*out_number = (size_t)answer.number;
	*out_frame = (struct debug_frame){.name = name,
					  .system_name = system_name,
					  .file = file,
					  .line = answer.line,
					  .start_line = answer.start_line,
					  .is_last = answer.is_last != 0};
	return 0;
}

static int read_answers(struct asking *asking, size_t count, debug_helper_found found, void *argument)
{
	struct debug_frame frame;
	size_t number;
	int error;

	while (!(error = read_answer(asking, count, &frame, &number)))
		found(number, &frame, argument);
	return error == -ENODATA ? 0 : error;
}

static int64_t limit_ms(const struct debug_question *question)
{
	const char *allowed = getenv("DEBUGINFOD_MAXTIME");
	int64_t download_s = allowed ? strtol(allowed, NULL, 10) : DOWNLOAD_LIMIT_S;

	if (!getenv("DEBUGINFOD_URLS") || question->limits_downloads || download_s < 0)
		download_s = 0;
	return (question->limit_ms ? question->limit_ms : LIMIT_S * 1000) +
	       (download_s > 3600 ? 3600 : download_s) * 1000;
}

/* Ends the helper, if it has not ended itself. */
static int bury_helper(pid_t helper, int error)
{
	int status;

	if (error)
		kill(helper, SIGKILL);
	if (TEMP_FAILURE_RETRY(waitpid(helper, &status, 0)) != helper || error)
		return error;
	return WIFEXITED(status) ? 0 : -EIO;
}

int debug_helper_ask(const struct debug_question *question, debug_helper_found found, void *argument)
{
	struct asking asking = {.deadline_ms = now_ms() + limit_ms(question), .bytes_left = ANSWER_LIMIT_BYTES};
	int ends[2], error;
	pid_t helper;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	helper = fork();
	if (helper == 0)
		be_helper(question, ends[1]);
	error = helper < 0 ? -errno : 0;
	close(ends[1]);
	asking.descriptor = ends[0];
	if (!error)
		error = bury_helper(helper, read_answers(&asking, question->count, found, argument));
	close(ends[0]);
	return error;
}
