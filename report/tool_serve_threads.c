/* SPDX-License-Identifier: MIT */
/* contend serve: what every thread waits for, as `contend threads` prints it. */
#include <errno.h>
#include <stdlib.h>

#include "thread_list.h"
#include "tool.h"
#include "tool_serve.h"

static int write_threads(const struct tool_look *look, bool with_stacks, struct source_lines *lines, FILE *out)
{
	struct thread_list_order order = {.has_names = true, .lines = with_stacks ? lines : NULL};
	struct thread_list *list;
	int error = thread_list_take(look, &order, &list);

	if (error)
		return error;
	thread_list_write(list, with_stacks, out);
	thread_list_free(list);
	return 0;
}

/* debug=2: with stacks, as Go gives the goroutines. */
void serve_threads(struct serve_request *request)
{
	const char *debug = serve_parameter(request, "debug");
	struct rendered body = {0};
	struct process process;
	int error = -ENOMEM;
	FILE *out;

	if (!serve_choose_process(request, &process))
		return;
	out = open_memstream(&body.bytes, &body.count);
	if (out) {
		error = write_threads(&process.look, debug && atoi(debug) >= 2, serve_lines(request), out);
		fclose(out);
	}
	tool_look_free(&process.look);
	if (!error) {
		serve_reply(request, "text/plain; charset=utf-8", &body);
		return;
	}
	free(body.bytes);
	serve_error(request, error == -ESRCH ? STATUS_UNKNOWN : STATUS_FAILED, "process %d: %s", process.pid,
		    tool_error_words(error));
}
