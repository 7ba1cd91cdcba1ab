/* SPDX-License-Identifier: MIT */
/* tool_push: what the files of `contend push` share: profiles of intervals go to Pyroscope, one request each.
 *
 *   collect ─▶ request ─▶ queue ─▶ send ─▶ the server
 *
 * Called from   one thread. A server that does not answer does not keep it from collecting.
 * Bounds        of what waits to be sent, bytes; what is dropped for it, or refused by the server, is said and counted.
 */
#ifndef CONTEND_TOOL_PUSH_H
#define CONTEND_TOOL_PUSH_H

#include "push_queue.h"
#include "push_request.h"
#include "tool_processes.h"

enum { PUSH_RETRY_MOST_MS = 60000, PUSH_REQUEST_SECONDS = 30, PUSH_FLUSH_SECONDS = 10 };

/* tool_push_send: one request at a time, again and again until the server has taken or refused it. */
struct push_sender;

struct push_server {
	const char *url, *tenant, *ca_file; /* NULL, of the last two: none */
	char *secret;                       /* "user:password", or a token; NULL: none */
};

/* NULL after a complaint: there is no libcurl. */
struct push_sender *push_sender_new(const struct push_server *server, struct push_queue *queue);
/* Does what can be done now. Returns in how many ms to call it again at the latest: where it is urgent, soon, whatever the server
 * wishes. */
int64_t push_sender_step(struct push_sender *sender, bool is_urgent);
/* Sleeps until something comes from the server or from `descriptor`, or the time is over. */
void push_sender_wait(struct push_sender *sender, int descriptor, int64_t ms);
void push_sender_free(struct push_sender *sender);

struct push_counts {
	uint64_t sent, refused;
};
struct push_counts push_sender_counts(const struct push_sender *sender);

/* tool_push_collect: the processes, and what they did since the last time. */
struct push_collector;

struct push_collector *push_collector_new(const struct push_target *target, const struct process_query *query,
					  struct push_queue *queue);
void push_collect(struct push_collector *collector);
void push_collector_free(struct push_collector *collector);

int64_t push_now_ms(void); /* monotonic */

#endif
