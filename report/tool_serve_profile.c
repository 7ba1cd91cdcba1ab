/* SPDX-License-Identifier: MIT */
/* contend serve: profiles: all since the start of the process, or what happens within the next seconds. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_names.h"
#include "tool.h"
#include "tool_serve.h"

/* A request that waits for its interval to pass. */
struct interval {
	struct server *server;
	struct evhttp_request *http;
	struct render_order order;
	struct tool_look earlier;
	struct event *timer;
};

static void send_profile(struct serve_request *request, const struct snapshot *snapshot,
			 const struct render_order *order, const char *suffix)
{
	bool is_text = order->form == RENDER_TEXT;
	struct rendered body = {0};
	char disposition[64];
	int error = tool_render(snapshot, order, &body);

	if (error) {
		serve_error(request, STATUS_FAILED, "no profile: %s", tool_error_words(error));
		return;
	}
	snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s%s\"", snapshot_profile_name(order->which),
		 suffix);
	if (!is_text)
		serve_header(request, "Content-Disposition", disposition);
	serve_reply(request, is_text ? "text/plain; charset=utf-8" : "application/octet-stream", &body);
}

static void end_interval(struct interval *interval)
{
	interval->server->interval_count--;
	if (interval->timer)
		event_free(interval->timer);
	tool_look_free(&interval->earlier);
	free(interval);
}

static void interval_is_over(evutil_socket_t socket, short what, void *argument)
{
	struct interval *interval = argument;
	struct serve_request request = {.server = interval->server, .http = interval->http};
	struct bufferevent *stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(interval->http));
	struct snapshot *difference;
	int error = tool_process_interval(&interval->earlier.file, interval->earlier.snapshot, &difference, NULL);

	(void)socket, (void)what;
	bufferevent_disable(stream, EV_READ);
	if (error) {
		serve_error(&request, STATUS_FAILED, "no profile: %s", tool_error_words(error));
	} else {
		send_profile(&request, difference, &interval->order, "-delta");
		snapshot_drop(difference);
	}
	end_interval(interval);
}

/* What a client says while it waits is not for us. */
static void drain(struct bufferevent *stream, void *argument)
{
	struct evbuffer *input = bufferevent_get_input(stream);

	(void)argument;
	evbuffer_drain(input, evbuffer_get_length(input));
}

static void client_is_gone(struct bufferevent *stream, short what, void *argument)
{
	struct interval *interval = argument;
	struct evhttp_connection *http = evhttp_request_get_connection(interval->http);

	(void)stream, (void)what;
	end_interval(interval);
	evhttp_connection_free(http);
}

/* evhttp reads no more while a request is answered, and would not know that its client left. */
static void watch_client(struct interval *interval)
{
	struct evhttp_connection *http = evhttp_request_get_connection(interval->http);
	struct bufferevent *stream = evhttp_connection_get_bufferevent(http);

	serve_connection_allow(interval->server, http, 0);
	bufferevent_setcb(stream, drain, NULL, client_is_gone, interval);
	bufferevent_enable(stream, EV_READ);
}

/* Takes over `earlier`. */
static void begin_interval(struct serve_request *request, const struct render_order *order, struct tool_look *earlier,
			   long seconds)
{
	struct interval *interval = calloc(1, sizeof(*interval));
	struct timeval time = {.tv_sec = seconds};

	if (interval) {
		*interval = (struct interval){
			.server = request->server, .http = request->http, .order = *order, .earlier = *earlier};
		*earlier = (struct tool_look){0};
		interval->server->interval_count++;
		interval->timer = evtimer_new(request->server->base, interval_is_over, interval);
	}
	event_base_update_cache_time(request->server->base); /* it takes time to look at a process */
	if (interval && interval->timer && event_add(interval->timer, &time) == 0) {
		watch_client(interval);
		return;
	}
	if (interval)
		end_interval(interval);
	tool_look_free(earlier);
	serve_error(request, STATUS_FAILED, "out of memory");
}

/* 0: all since the start. False: answered with an error, in the words of Go's. */
static bool wanted_seconds(struct serve_request *request, bool is_text, long *out_seconds)
{
	const char *text = serve_parameter(request, "seconds");
	char *end;

	*out_seconds = 0;
	if (!text)
		return true;
	errno = 0;
	*out_seconds = strtol(text, &end, 10);
	if (errno || *end || end == text || *out_seconds <= 0)
		serve_error(request, STATUS_BAD, "invalid value for \"seconds\" - must be a positive integer");
	else if (is_text)
		serve_error(request, STATUS_BAD, "seconds and debug params are incompatible");
	else if (*out_seconds > SERVE_SECONDS_LIMIT)
		serve_error(request, STATUS_BAD, "\"seconds\" is %d at most", SERVE_SECONDS_LIMIT);
	else
		return true;
	return false;
}

static void answer(struct serve_request *request, struct process *process, const struct render_order *order,
		   long seconds)
{
	const struct snapshot *snapshot = process->look.snapshot;

	if (!snapshot_has_profile(snapshot, order->which))
		serve_error(request, STATUS_UNKNOWN, "Unknown profile: process %d does not keep it (start it with %s)",
			    process->pid, snapshot_profile_option(order->which));
	else if (seconds)
		begin_interval(request, order, &process->look, seconds);
	else
		send_profile(request, snapshot, order, "");
}

void serve_profile(struct serve_request *request, enum profile which)
{
	const char *debug = serve_parameter(request, "debug");
	bool is_text = debug && atoi(debug) != 0;
	struct render_order order = {
		.which = which, .form = is_text ? RENDER_TEXT : RENDER_PACKED, .lines = serve_lines(request)};
	struct process process;
	long seconds;

	if (!wanted_seconds(request, is_text, &seconds) || !serve_choose_process(request, &process))
		return;
	order.reader = process.look.file.owner;
	answer(request, &process, &order, seconds);
	tool_look_free(&process.look);
}
