/* SPDX-License-Identifier: MIT */
/* contend serve: Go's net/http/pprof for native processes. */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>

#include "config.h"
#include "tool.h"
#include "tool_lines.h"
#include "tool_serve.h"

#define DEFAULT_PLACE "127.0.0.1:6060"

static int help(void)
{
	puts("Usage: contend serve [--listen [HOST]:PORT | --listen unix:PATH] [--host NAME] [PID...]\n\n"
	     "Serves the profiles of these processes, or of all profiled processes of this user, those that will start later too,\n"
	     "under the addresses of Go's net/http/pprof, until it gets SIGINT or SIGTERM. The processes notice nothing.\n\n"
	     "  go tool pprof 'http://" DEFAULT_PLACE SERVE_ROOT "mutex?seconds=10'\n\n"
	     "  " SERVE_ROOT "         a page with a section for each process\n"
	     "  " SERVE_ROOT
	     "mutex    profiles, as are block, wake, hold, contention: debug=1 text; seconds=N only what happens within\n"
	     "                        N seconds from now on; pid=N the process, where there are several; lines=0 no files,\n"
	     "                        lines and inlined functions, which take a moment when they are read first\n"
	     "  " SERVE_ROOT "threads  what every thread waits for, and who holds it; debug=2 with stacks\n"
	     "  " SERVE_ROOT "cmdline  the arguments of the process\n"
	     "  " SERVE_ROOT "symbol   the names of addresses\n"
	     "  /metrics              totals and waiters by kind of wait, losses, memory, in Prometheus' text format\n\n"
	     "  --listen HOST:PORT    where (" DEFAULT_PLACE
	     "); without HOST on 127.0.0.1; port 0: a free one, which is printed\n"
	     "  --listen unix:PATH    a socket for this user alone (mode 0600)\n"
	     "  --host NAME           one more name under which it may be reached; others than addresses and localhost are refused\n\n"
	     "Whoever reaches the address may read: on 127.0.0.1 every user of this machine. Nobody can change anything.\n\n"
	     "Exit status: 0 after a signal; 1: cannot listen; 2: the command line is wrong.");
	return TOOL_OK;
}

static void stop(evutil_socket_t number, short what, void *argument)
{
	(void)number, (void)what;
	event_base_loopexit(argument, NULL);
}

/* libevent has words of its own for what goes wrong with clients; they are told by what they get. */
static void ignore_message(int severity, const char *message)
{
	(void)severity, (void)message;
}

static bool make_http(struct server *server)
{
	event_set_log_callback(ignore_message);
	server->base = event_base_new();
	server->http = server->base ? evhttp_new(server->base) : NULL;
	if (!server->http)
		return false;
	evhttp_set_max_headers_size(server->http, SERVE_HEADERS_BYTES);
	evhttp_set_max_body_size(server->http, SERVE_BODY_BYTES);
	evhttp_set_allowed_methods(server->http, UINT16_MAX); /* what is refused is refused by us, in Go's words */
	evhttp_set_bevcb(server->http, serve_connection_new, server);
	evhttp_set_gencb(server->http, serve_answer, server);
	server->listener = evconnlistener_new(server->base, NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
					      0, server->place.socket);
	return server->listener && evhttp_bind_listener(server->http, server->listener);
}

static void announce(const struct server *server)
{
	fputs("contend: serving ", stdout);
	serve_place_print(&server->place, stdout);
	puts(server->place.unix_path ? "" : SERVE_ROOT);
	fflush(stdout);
	if (!serve_place_is_loopback(&server->place))
		fputs("contend: whoever reaches this address can read the profiles: it is not of this machine only\n",
		      stderr);
}

static int serve(struct server *server)
{
	struct event *signals[2] = {0};
	int status = serve_listen(&server->place);

	if (status != TOOL_OK)
		return status;
	signal(SIGPIPE, SIG_IGN);
	if (make_http(server)) {
		signals[0] = evsignal_new(server->base, SIGINT, stop, server->base);
		signals[1] = evsignal_new(server->base, SIGTERM, stop, server->base);
	}
	if (signals[0] && signals[1] && event_add(signals[0], NULL) == 0 && event_add(signals[1], NULL) == 0) {
		announce(server);
		tool_processes_say_missing(&server->query);
		server->lines = tool_lines_new_quick();
		event_base_dispatch(server->base);
		source_lines_free(server->lines);
	} else {
		status = tool_fail("%s: cannot serve: out of memory", server->place.text);
	}
	serve_unlisten(&server->place);
	return status;
}

int tool_serve(int argc, char **argv)
{
	enum { OPTION_LISTEN = 256, OPTION_HOST };
	static const struct option options[] = {{"listen", required_argument, NULL, OPTION_LISTEN},
						{"host", required_argument, NULL, OPTION_HOST},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct server server = {.place.text = DEFAULT_PLACE};
	pid_t *pids = NULL;
	int option, status;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPTION_LISTEN:
			server.place.text = optarg;
			break;
		case OPTION_HOST:
			server.allowed_host = optarg;
			break;
		case 'h':
			return help();
		default:
			return tool_misuse_option("serve");
		}
	}
	tool_read_config();
	status = tool_parse_pids("serve", argv + optind, &pids);
	server.query = (struct process_query){
		.region_dir = config.region_dir, .pids = pids, .pid_count = (size_t)(argc - optind)};
	if (status == TOOL_OK)
		status = serve(&server);
	free(pids);
	return status;
}
