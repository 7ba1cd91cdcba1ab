/* SPDX-License-Identifier: MIT */
/* contend serve: the page that a person sees: a section for each process. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "snapshot_names.h"
#include "tool.h"
#include "tool_serve.h"

static const char head[] = "<!DOCTYPE html>\n"
			   "<html>\n<head>\n<meta charset=\"utf-8\">\n<title>" SERVE_ROOT "</title>\n"
			   "<style>\n"
			   "body { font-family: sans-serif; margin: 1.5em; }\n"
			   "table { border-collapse: collapse; }\n"
			   "th { text-align: left; }\n"
			   "td, th { padding: 0.1em 1.5em 0.1em 0; }\n"
			   "td.number { text-align: right; }\n"
			   "</style>\n</head>\n<body>\n"
			   "<p>" SERVE_ROOT "</p>\n"
			   "<p>Lock and blocking contention of native processes, as Go's net/http/pprof shows it. "
			   "<a href=\"/metrics\">/metrics</a></p>\n";

static const char tail[] =
	"<p>Parameters: <code>debug=1</code> text; <code>seconds=N</code> only what happens within N "
	"seconds from now on; <code>pid=N</code> the process, where there are several.<br>\n"
	"<code>go tool pprof http://HOST:PORT" SERVE_ROOT "mutex?seconds=10</code></p>\n"
	"</body>\n</html>\n";

static void put_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static int64_t count_events(const struct snapshot *snapshot, enum profile which)
{
	int64_t count = 0;

	for (size_t i = 0; i < snapshot->sample_count; i++)
		count += snapshot->samples[i].profile == which ? snapshot->samples[i].count : 0;
	return count;
}

static void put_row(pid_t pid, const struct snapshot *snapshot, enum profile which, FILE *out)
{
	const char *name = snapshot_profile_name(which);

	fprintf(out,
		"<tr><td class=\"number\">%" PRId64 "</td><td><a href=\"%s?pid=%d&amp;debug=1\">%s</a></td>"
		"<td><a href=\"%s?pid=%d\">file</a></td><td><a href=\"%s?pid=%d&amp;seconds=10\">10 seconds</a></td><td>%s</td></tr>\n",
		count_events(snapshot, which), name, pid, name, name, pid, name, pid, snapshot_profile_words(which));
}

static void put_since(int64_t wall_ns, FILE *out)
{
	time_t seconds = (time_t)(wall_ns / 1000000000);
	struct tm fields;
	char text[64] = "?";

	if (localtime_r(&seconds, &fields))
		strftime(text, sizeof(text), "%F %T", &fields);
	fprintf(out, ", since %s", text);
}

static void put_section(struct process *process, void *argument)
{
	const struct snapshot *snapshot = process->look.snapshot;
	FILE *out = argument;

	fprintf(out, "<h2>%d ", process->pid);
	put_escaped(process->program, out);
	fputs("</h2>\n", out);
	fprintf(out,
		"<p><a href=\"cmdline?pid=%d\">command line</a>, <a href=\"threads?pid=%d&amp;debug=2\">threads</a>",
		process->pid, process->pid);
	put_since(snapshot->started_wall_ns, out);
	fputs("</p>\n<table>\n<tr><th>Count</th><th>Profile</th><th></th><th></th><th></th></tr>\n", out);
	for (int which = 0; which < PROFILE_COUNT; which++)
		if (snapshot_has_profile(snapshot, which))
			put_row(process->pid, snapshot, which, out);
	fputs("</table>\n", out);
}

void serve_index(struct serve_request *request)
{
	struct rendered body = {0};
	FILE *out = open_memstream(&body.bytes, &body.count);

	if (!out) {
		serve_error(request, STATUS_FAILED, "out of memory");
		return;
	}
	fputs(head, out);
	if (tool_processes_visit(&request->server->query, 0, put_section, out) == 0)
		fputs("<p>There is no profiled process now: <code>contend run PROGRAM</code> starts one.</p>\n", out);
	fputs(tail, out);
	fclose(out);
	serve_header(request, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
	serve_reply(request, "text/html; charset=utf-8", &body);
}
