/* SPDX-License-Identifier: MIT */
/* contend serve: which path is answered by what, and about which process. */
#include <errno.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "snapshot_names.h"
#include "tool.h"
#include "tool_serve.h"

/* Those that it may be: the first is kept until a second one comes. */
struct choice {
	struct process chosen;
	unsigned count;
	FILE *list;
};

static void consider(struct process *process, void *argument)
{
	struct choice *choice = argument;

	fprintf(choice->list, "%s%d %s", choice->count ? "\n" : "", process->pid, process->program);
	if (choice->count++ == 0) {
		choice->chosen = *process;
		process->look = (struct tool_look){0};
	}
}

/* 0: there is no such parameter; -1: it is no number of a process. */
static pid_t wanted_pid(const struct serve_request *request)
{
	const char *text = serve_parameter(request, "pid");
	char *end;
	long pid;

	if (!text)
		return 0;
	errno = 0;
	pid = strtol(text, &end, 10);
	return errno || *end || end == text || pid <= 0 || pid > INT_MAX ? -1 : (pid_t)pid;
}

static void say_choice(struct serve_request *request, pid_t wanted, const struct choice *choice, const char *list)
{
	if (choice->count > 1)
		serve_error(request, STATUS_BAD, "there are %u profiled processes; choose one with pid=N:\n%s",
			    choice->count, list);
	else if (wanted)
		serve_error(request, STATUS_UNKNOWN,
			    "process %d: not profiled, not served here, or ended (contend list tells)", wanted);
	else
		serve_error(request, STATUS_UNKNOWN, "there is no profiled process now (contend run starts one)");
}

bool serve_choose_process(struct serve_request *request, struct process *out_process)
{
	pid_t wanted = wanted_pid(request);
	struct choice choice = {0};
	char *list = NULL;
	size_t bytes;

	if (wanted < 0) {
		serve_error(request, STATUS_BAD, "invalid value for \"pid\" - must be the number of a process");
		return false;
	}
	choice.list = open_memstream(&list, &bytes);
	if (!choice.list) {
		serve_error(request, STATUS_FAILED, "out of memory");
		return false;
	}
	tool_processes_visit(&request->server->query, wanted, consider, &choice);
	fclose(choice.list);
	if (choice.count == 1) {
		*out_process = choice.chosen;
	} else {
		say_choice(request, wanted, &choice, list);
		tool_look_free(&choice.chosen.look);
	}
	free(list);
	return choice.count == 1;
}

static ssize_t read_cmdline(pid_t pid, char *out_bytes, size_t bytes)
{
	char path[64];
	ssize_t got;
	int file;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	got = read(file, out_bytes, bytes);
	close(file);
	return got < 0 ? -errno : got;
}

/* The arguments with zeroes between them, as Go joins them. */
void serve_cmdline(struct serve_request *request)
{
	enum { CMDLINE_BYTES = 128 << 10 };
	struct rendered body = {0};
	struct process process;
	ssize_t count;

	if (!serve_choose_process(request, &process))
		return;
	body.bytes = malloc(CMDLINE_BYTES);
	count = body.bytes ? read_cmdline(process.pid, body.bytes, CMDLINE_BYTES) : -ENOMEM;
	tool_look_free(&process.look);
	if (count < 0) {
		free(body.bytes);
		serve_error(request, STATUS_FAILED, "process %d: %s", process.pid, tool_error_words((int)count));
		return;
	}
	body.count = (size_t)count - (count > 0 && body.bytes[count - 1] == '\0');
	serve_reply(request, "text/plain; charset=utf-8", &body);
}

static void redirect(struct serve_request *request)
{
	serve_header(request, "Location", SERVE_ROOT);
	serve_error(request, STATUS_FOUND, "the profiles are at " SERVE_ROOT);
}

static const struct route {
	const char *path;
	void (*answer)(struct serve_request *request);
} routes[] = {
	{SERVE_ROOT, serve_index},
	{SERVE_ROOT "threads", serve_threads},
	{SERVE_ROOT "cmdline", serve_cmdline},
	{SERVE_ROOT "symbol", serve_symbol},
	{"/metrics", serve_metrics},
	{"/debug/pprof", redirect},
	{"/", redirect},
};

/* The profile that a path names; PROFILE_COUNT: none. */
static enum profile profile_of(const char *path)
{
	int which = 0;

	while (which < PROFILE_COUNT && (strncmp(path, SERVE_ROOT, strlen(SERVE_ROOT)) != 0 ||
					 strcmp(path + strlen(SERVE_ROOT), snapshot_profile_name(which)) != 0))
		which++;
	return which;
}

static void dispatch(struct serve_request *request, const char *path)
{
	enum profile which = profile_of(path);

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(path, routes[i].path) == 0) {
			routes[i].answer(request);
			return;
		}
	}
	if (which < PROFILE_COUNT)
		serve_profile(request, which);
	else if (strncmp(path, SERVE_ROOT, strlen(SERVE_ROOT)) == 0)
		serve_error(
			request, STATUS_UNKNOWN,
			"Unknown profile (of a native process there are mutex, block, wake, hold, contention, and threads)");
	else
		serve_error(request, STATUS_UNKNOWN, "404 page not found");
}

/* "key=value&key=value"; what is no such pair (addresses, for symbol) is passed over. */
static void parse_parameters(const char *query, struct evkeyvalq *out_parameters)
{
	for (size_t bytes; *query; query += bytes + (query[bytes] == '&')) {
		const char *equals;
		char *key, *value;

		bytes = strcspn(query, "&");
		equals = memchr(query, '=', bytes);
		if (!equals)
			continue;
		key = strndup(query, (size_t)(equals - query));
		value = strndup(equals + 1, bytes - (size_t)(equals + 1 - query));
		if (key && value)
			evhttp_add_header(out_parameters, key, value);
		free(key);
		free(value);
	}
}

void serve_answer(struct evhttp_request *http, void *argument)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(http);
	struct serve_request request = {.server = argument, .http = http};
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);

	TAILQ_INIT(&request.parameters);
	parse_parameters(query ? query : "", &request.parameters);
	if (serve_guard(&request))
		dispatch(&request, path && path[0] ? path : "/");
	evhttp_clear_headers(&request.parameters);
}
