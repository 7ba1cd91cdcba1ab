/* SPDX-License-Identifier: MIT */
/* contend serve: the connections. evhttp keeps no count of them and gives each as long as it likes; so each gets a timer, and
 * with the last that is allowed the listener rests. */
#include <event2/bufferevent.h>
#include <stdlib.h>

#include "tool_serve.h"

struct serve_connection {
	struct server *server;
	struct serve_connection *next;
	struct bufferevent *stream;     /* held until evhttp's connection is known */
	struct evhttp_connection *http; /* NULL: not known yet */
	struct event *timer;
};

static void forget(struct serve_connection *connection)
{
	struct server *server = connection->server;
	struct serve_connection **at = &server->connections;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	if (server->connection_count-- == SERVE_CONNECTIONS_LIMIT)
		evconnlistener_enable(server->listener);
	event_free(connection->timer);
	free(connection);
}

static void closed(struct evhttp_connection *http, void *argument)
{
	(void)http;
	forget(argument);
}

static void start_timer(struct serve_connection *connection, unsigned seconds)
{
	struct timeval time = {.tv_sec = seconds};

	event_add(connection->timer, &time);
}

/* evhttp tells of a new connection before it has made it; what it made of it is the argument of its callbacks. */
static void adopt(struct serve_connection *connection)
{
	bufferevent_event_cb event_cb = NULL;
	void *http = NULL;

	bufferevent_getcb(connection->stream, NULL, NULL, &event_cb, &http);
	bufferevent_decref(connection->stream);
	if (!event_cb) {
		forget(connection);
		return;
	}
	connection->http = http;
	evhttp_connection_set_closecb(connection->http, closed, connection);
	start_timer(connection, SERVE_REQUEST_SECONDS);
}

static void on_timer(evutil_socket_t socket, short what, void *argument)
{
	struct serve_connection *connection = argument;

	(void)socket, (void)what;
	if (connection->http)
		evhttp_connection_free(connection->http);
	else
		adopt(connection);
}

/* Without memory it goes on uncounted: evhttp makes a stream of its own for NULL. */
struct bufferevent *serve_connection_new(struct event_base *base, void *argument)
{
	struct bufferevent *stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	struct serve_connection *connection = stream ? calloc(1, sizeof(*connection)) : NULL;
	struct server *server = argument;

	if (!connection)
		return stream;
	*connection = (struct serve_connection){.server = server, .next = server->connections, .stream = stream};
	connection->timer = evtimer_new(base, on_timer, connection);
	if (!connection->timer) {
		free(connection);
		return stream;
	}
	server->connections = connection;
	bufferevent_incref(stream);
	start_timer(connection, 0);
	if (++server->connection_count == SERVE_CONNECTIONS_LIMIT)
		evconnlistener_disable(server->listener);
	return stream;
}

/* The request may have come with the very bytes that opened the connection, before its timer ran. */
static bool is_of(const struct serve_connection *connection, struct evhttp_connection *http)
{
	return connection->http ? connection->http == http
				: connection->stream == evhttp_connection_get_bufferevent(http);
}

void serve_connection_allow(struct server *server, struct evhttp_connection *http, unsigned seconds)
{
	struct serve_connection *connection = server->connections;

	while (connection && !is_of(connection, http))
		connection = connection->next;
	if (!connection)
		return;
	if (!connection->http)
		adopt(connection);
	if (seconds)
		start_timer(connection, seconds);
	else
		event_del(connection->timer);
}
