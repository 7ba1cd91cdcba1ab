/* SPDX-License-Identifier: MIT */
/* tool_serve: what the files of `contend serve` share: Go's net/http/pprof for native processes, by libevent's http.
 *
 * Called from   one thread, in its event loop. No request waits for another: an interval (seconds=N) is a timer.
 * Trust         none in clients. Bounded are: the request (size, time until it is whole), the reply (time until it is taken), the
 *               connections at a time (more wait in the kernel's queue), the seconds.
 */
#ifndef CONTEND_TOOL_SERVE_H
#define CONTEND_TOOL_SERVE_H

#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include "tool_processes.h"
#include "tool_render.h"

#define SERVE_ROOT "/debug/pprof/"

enum {
	SERVE_CONNECTIONS_LIMIT = 64,
	SERVE_HEADERS_BYTES = 16 << 10,
	SERVE_BODY_BYTES = 64 << 10,
	SERVE_REQUEST_SECONDS = 10, /* until a request is whole */
	SERVE_REPLY_SECONDS = 60,   /* until a reply is taken */
	SERVE_SECONDS_LIMIT = 3600, /* of an interval */
};

enum {
	STATUS_OK = 200,
	STATUS_FOUND = 302,
	STATUS_BAD = 400,
	STATUS_FORBIDDEN = 403,
	STATUS_UNKNOWN = 404,
	STATUS_METHOD = 405,
	STATUS_FAILED = 500
};

struct serve_connection;

/* Where it listens. */
struct serve_place {
	const char *text;      /* as the user said it */
	const char *unix_path; /* NULL: TCP */
	char name[256];        /* the host part of what it is reached by */
	int socket;
	dev_t device; /* of the socket's file */
	ino_t inode;
};

struct server {
	struct event_base *base;
	struct evhttp *http;
	struct evconnlistener *listener;
	struct serve_place place;
	const char *allowed_host; /* one more name that a Host header may say; NULL: none */
	struct process_query query;
	struct serve_connection *connections; /* a list */
	unsigned connection_count, interval_count;
	uint64_t replies[6];        /* by the first digit of their status */
	struct source_lines *lines; /* NULL: no memory for any */
};

struct serve_request {
	struct server *server;
	struct evhttp_request *http;
	struct evkeyvalq parameters;
};

/* tool_serve_listen: "[HOST]:PORT" or "unix:PATH" becomes a socket. TOOL_OK, or a complaint's status. */
int serve_listen(struct serve_place *place);
void serve_unlisten(struct serve_place *place);
/* "http://127.0.0.1:6060" or "unix:PATH". */
void serve_place_print(const struct serve_place *place, FILE *out);
bool serve_place_is_loopback(const struct serve_place *place);

/* tool_serve_connection: how many there are, and for how long each may take. */
struct bufferevent *serve_connection_new(struct event_base *base, void *server);
/* The client has so many seconds from now on to do its part; 0: it has done it, for now. */
void serve_connection_allow(struct server *server, struct evhttp_connection *http, unsigned seconds);

/* tool_serve_guard: may this request be answered at all? If not, it has been. */
bool serve_guard(struct serve_request *request);
bool serve_host_is_allowed(const struct server *server, const char *host);

/* tool_serve_reply: every reply goes through here. The bytes are given away. */
void serve_reply(struct serve_request *request, const char *type, struct rendered *body);
void serve_header(struct serve_request *request, const char *name, const char *value);
/* As Go's net/http/pprof: text, with X-Go-Pprof, which makes pprof show it. */
void serve_error(struct serve_request *request, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* NULL: there is no such parameter. */
const char *serve_parameter(const struct serve_request *request, const char *name);
/* Those of the server, unless lines=0 asks for none. */
struct source_lines *serve_lines(const struct serve_request *request);

/* tool_serve_routes */
void serve_answer(struct evhttp_request *http, void *server);
/* The process that pid=N names, or the only one: its region is the caller's then. False: answered with an error. */
bool serve_choose_process(struct serve_request *request, struct process *out_process);

void serve_index(struct serve_request *request);
void serve_profile(struct serve_request *request, enum profile which);
void serve_threads(struct serve_request *request);
void serve_cmdline(struct serve_request *request);
void serve_symbol(struct serve_request *request);
void serve_metrics(struct serve_request *request);

#endif
