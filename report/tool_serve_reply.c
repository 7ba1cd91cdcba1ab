/* SPDX-License-Identifier: MIT */
/* contend serve: replies, as Go's net/http/pprof gives them. */
#include <event2/buffer.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tool_serve.h"

static void free_bytes(const void *bytes, size_t count, void *argument)
{
	(void)count, (void)argument;
	free((void *)bytes);
}

static void send_body(struct serve_request *request, int status, struct rendered *body)
{
	struct evbuffer *buffer = evbuffer_new();

	if (buffer && body->bytes && evbuffer_add_reference(buffer, body->bytes, body->count, free_bytes, NULL) == 0)
		body->bytes = NULL;
	free(body->bytes);
	body->bytes = NULL;
	serve_header(request, "X-Content-Type-Options", "nosniff");
	serve_header(request, "Connection", "close");
	request->server->replies[status / 100]++;
	serve_connection_allow(request->server, evhttp_request_get_connection(request->http), SERVE_REPLY_SECONDS);
	evhttp_send_reply(request->http, status, NULL, buffer);
	if (buffer)
		evbuffer_free(buffer);
}

void serve_header(struct serve_request *request, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(request->http), name, value);
}

void serve_reply(struct serve_request *request, const char *type, struct rendered *body)
{
	serve_header(request, "Content-Type", type);
	send_body(request, STATUS_OK, body);
}

void serve_error(struct serve_request *request, int status, const char *format, ...)
{
	struct rendered body = {0};
	FILE *out = open_memstream(&body.bytes, &body.count);
	va_list arguments;

	if (out) {
		va_start(arguments, format);
		vfprintf(out, format, arguments);
		va_end(arguments);
		fputc('\n', out);
		fclose(out);
	}
	evhttp_remove_header(evhttp_request_get_output_headers(request->http), "Content-Disposition");
	serve_header(request, "Content-Type", "text/plain; charset=utf-8");
	serve_header(request, "X-Go-Pprof", "1");
	send_body(request, status, &body);
}

const char *serve_parameter(const struct serve_request *request, const char *name)
{
	return evhttp_find_header(&request->parameters, name);
}

struct source_lines *serve_lines(const struct serve_request *request)
{
	const char *text = serve_parameter(request, "lines");

	return text && strcmp(text, "0") == 0 ? NULL : request->server->lines;
}
