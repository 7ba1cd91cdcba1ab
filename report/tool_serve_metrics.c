/* SPDX-License-Identifier: MIT */
/* contend serve: /metrics, for Prometheus. */
#include <inttypes.h>
#include <stdlib.h>

#include "tool_metrics.h"
#include "tool_serve.h"

struct rows {
	struct metrics_row *rows;
	size_t count;
};

static void add_row(struct process *process, void *argument)
{
	struct rows *all = argument;
	struct metrics_row *rows = realloc(all->rows, (all->count + 1) * sizeof(*rows));

	if (!rows)
		return;
	all->rows = rows;
	tool_metrics_read(process, &rows[all->count++]);
}

static void put_own(const struct server *server, FILE *out)
{
	fputs("# HELP contend_serve_replies_total Replies of contend serve, by class of status.\n"
	      "# TYPE contend_serve_replies_total counter\n",
	      out);
	for (int class = 2; class <= 5; class ++)
		fprintf(out, "contend_serve_replies_total{code=\"%dxx\"} %" PRIu64 "\n", class, server->replies[class]);
	fprintf(out,
		"# HELP contend_serve_connections Connections now.\n"
		"# TYPE contend_serve_connections gauge\n"
		"contend_serve_connections %u\n"
		"# HELP contend_serve_intervals Requests with seconds=N that wait now.\n"
		"# TYPE contend_serve_intervals gauge\n"
		"contend_serve_intervals %u\n",
		server->connection_count, server->interval_count);
}

void serve_metrics(struct serve_request *request)
{
	struct rendered body = {0};
	struct rows all = {0};
	FILE *out = open_memstream(&body.bytes, &body.count);

	if (!out) {
		serve_error(request, STATUS_FAILED, "out of memory");
		return;
	}
	tool_processes_visit(&request->server->query, 0, add_row, &all);
	tool_metrics_write(all.rows, all.count, out);
	put_own(request->server, out);
	fclose(out);
	free(all.rows);
	serve_reply(request, "text/plain; version=0.0.4; charset=utf-8", &body);
}
