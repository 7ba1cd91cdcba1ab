/* SPDX-License-Identifier: MIT */
/* contend serve: which requests are refused before anybody looks at what they want. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "tool_serve.h"

/* The name without its port and without the brackets of an IPv6 address; "" if it is none. */
static void strip_port(const char *host, char *out_name, size_t bytes)
{
	bool has_brackets = host[0] == '[';
	const char *name = host + has_brackets;
	size_t count = strcspn(name, has_brackets ? "]" : ":");
	const char *port = name + count + (has_brackets && name[count]);
	bool is_name = count < bytes && (!*port || (*port == ':' && !port[strspn(port, ":0123456789")]));

	snprintf(out_name, bytes, "%.*s", is_name ? (int)count : 0, name);
}

static bool is_address(const char *name)
{
	unsigned char address[16];

	return inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
}

/* A page of the internet may have its own name resolve to this machine, and would be of the same origin then: names that others
 * can give to themselves are refused. */
bool serve_host_is_allowed(const struct server *server, const char *host)
{
	char name[256];

	strip_port(host, name, sizeof(name));
	if (!name[0])
		return false;
	return is_address(name) || strcasecmp(name, "localhost") == 0 || strcasecmp(name, server->place.name) == 0 ||
	       (server->allowed_host && strcasecmp(name, server->allowed_host) == 0);
}

/* What is no browser may leave it out, or stand before a proxy. */
static bool has_allowed_host(const struct serve_request *request)
{
	const char *header = evhttp_find_header(evhttp_request_get_input_headers(request->http), "Host");
	const char *absolute = evhttp_uri_get_host(evhttp_request_get_evhttp_uri(request->http));

	if (request->server->place.unix_path)
		return true;
	return (!header || serve_host_is_allowed(request->server, header)) &&
	       (!absolute || serve_host_is_allowed(request->server, absolute));
}

static bool has_allowed_method(const struct serve_request *request)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request->http));

	switch (evhttp_request_get_command(request->http)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		return true;
	case EVHTTP_REQ_POST: /* addresses are many */
		return path && strcmp(path, SERVE_ROOT "symbol") == 0;
	default:
		return false;
	}
}

bool serve_guard(struct serve_request *request)
{
	if (!has_allowed_host(request)) {
		serve_error(request, STATUS_FORBIDDEN,
			    "this host name is not served: use the address, or start it with --host");
		return false;
	}
	if (!has_allowed_method(request)) {
		serve_header(request, "Allow", "GET, HEAD");
		serve_error(request, STATUS_METHOD, "Method Not Allowed");
		return false;
	}
	return true;
}
