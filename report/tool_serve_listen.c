/* SPDX-License-Identifier: MIT */
/* contend serve: where it listens: a TCP address, or a socket in the file system that is its user's alone. */
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tool.h"
#include "tool_serve.h"

enum { BACKLOG = 128 };

/* A socket of ours that nobody listens to: its server was killed. */
static bool is_abandoned(const struct sockaddr_un *address)
{
	struct stat status;
	int probe;
	bool is_refused;

	if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
		return false;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	is_refused = probe >= 0 && connect(probe, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
		     errno == ECONNREFUSED;
	if (probe >= 0)
		close(probe);
	return is_refused;
}

static int bind_unix(int socket, const struct sockaddr_un *address)
{
	mode_t before = umask(0177);
	int error = bind(socket, (const struct sockaddr *)address, sizeof(*address)) == 0 ? 0 : errno;

	umask(before);
	return error;
}

/* What lies there already is not followed and not replaced, but for what a server of ours left. */
static int listen_unix(struct serve_place *place)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat status;
	int error;

	if (strlen(place->unix_path) >= sizeof(address.sun_path) || !place->unix_path[0])
		return tool_misuse("serve", "%s: the path of a socket has 1 to %zu bytes", place->text,
				   sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, place->unix_path);
	place->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	error = place->socket < 0 ? errno : bind_unix(place->socket, &address);
	if (error == EADDRINUSE && is_abandoned(&address) && unlink(address.sun_path) == 0)
		error = bind_unix(place->socket, &address);
	if (!error && (lstat(address.sun_path, &status) != 0 || listen(place->socket, BACKLOG) != 0))
		error = errno;
	if (error)
		return tool_fail("%s: cannot listen there: %s", place->text,
				 error == EADDRINUSE ? "something lies or listens there already"
						     : strerrordesc_np(error));
	place->device = status.st_dev;
	place->inode = status.st_ino;
	return TOOL_OK;
}

static int bind_tcp(const struct addrinfo *address, int *out_socket)
{
	int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
	int error;

	if (descriptor < 0)
		return errno;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 && listen(descriptor, BACKLOG) == 0) {
		*out_socket = descriptor;
		return 0;
	}
	error = errno;
	close(descriptor);
	return error;
}

/* "HOST:PORT", "[HOST]:PORT", ":PORT". False: none of these. */
static bool split(const char *text, char *out_host, size_t host_bytes, const char **out_port)
{
	const char *colon = strrchr(text, ':'), *end = colon;

	if (!colon || !colon[1] || colon[strspn(colon, ":0123456789")])
		return false;
	if (text[0] == '[' && end > text && end[-1] == ']') {
		text++;
		end--;
	} else if (memchr(text, ':', (size_t)(end - text))) {
		return false;
	}
	*out_port = colon + 1;
	return (size_t)snprintf(out_host, host_bytes, "%.*s", (int)(end - text), text) < host_bytes;
}

static int listen_tcp(struct serve_place *place)
{
	struct addrinfo wanted = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
	const char *port;
	int error;

	if (!split(place->text, place->name, sizeof(place->name), &port))
		return tool_misuse("serve", "'%s' is no HOST:PORT (with [] around an IPv6 address) and no unix:PATH",
				   place->text);
	error = getaddrinfo(place->name[0] ? place->name : "127.0.0.1", port, &wanted, &found);
	if (error)
		return tool_fail("%s: %s", place->text, gai_strerror(error));
	error = bind_tcp(found, &place->socket);
	freeaddrinfo(found);
	return error ? tool_fail("%s: cannot listen there: %s%s", place->text, strerrordesc_np(error),
				 error == EADDRINUSE ? "; --listen :PORT chooses another port" : "")
		     : TOOL_OK;
}

int serve_listen(struct serve_place *place)
{
	static const char prefix[] = "unix:";

	place->socket = -1;
	if (strncmp(place->text, prefix, strlen(prefix)) != 0)
		return listen_tcp(place);
	place->unix_path = place->text + strlen(prefix);
	return listen_unix(place);
}

void serve_unlisten(struct serve_place *place)
{
	struct stat status;

	if (place->inode && lstat(place->unix_path, &status) == 0 && status.st_dev == place->device &&
	    status.st_ino == place->inode)
		unlink(place->unix_path);
}

static socklen_t own_address(const struct serve_place *place, struct sockaddr_storage *out_address)
{
	socklen_t bytes = sizeof(*out_address);

	return getsockname(place->socket, (struct sockaddr *)out_address, &bytes) == 0 ? bytes : 0;
}

void serve_place_print(const struct serve_place *place, FILE *out)
{
	struct sockaddr_storage address = {0};
	socklen_t bytes = own_address(place, &address);
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "?";
	bool has_brackets = address.ss_family == AF_INET6;

	if (place->unix_path) {
		fputs(place->text, out);
		return;
	}
	getnameinfo((struct sockaddr *)&address, bytes, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	fprintf(out, "http://%s%s%s:%s", has_brackets ? "[" : "", host, has_brackets ? "]" : "", port);
}

bool serve_place_is_loopback(const struct serve_place *place)
{
	struct sockaddr_storage address = {0};
	const struct sockaddr_in *four = (const struct sockaddr_in *)&address;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address;

	if (place->unix_path || own_address(place, &address) == 0)
		return true;
	if (address.ss_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}
