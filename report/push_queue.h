/* SPDX-License-Identifier: MIT */
/* push_queue: requests that wait for their server, oldest first.
 *
 * Called from   the tool and tests; the library does not have it.
 * When full     the oldest give way, but for one that is on its way; what is larger than the queue does not get in. Both are counted.
 */
#ifndef CONTEND_PUSH_QUEUE_H
#define CONTEND_PUSH_QUEUE_H

#include "push_request.h"

struct push_item {
	struct push_item *next;
	struct push_request request;
};

struct push_queue {
	struct push_item *first;
	struct push_item **end;
	size_t bytes, limit_bytes; /* of bodies */
	uint64_t count;
	uint64_t dropped;
	bool is_first_taken; /* it is on its way, and stays */
};

void push_queue_init(struct push_queue *queue, size_t limit_bytes);

/* Takes the request over. */
void push_queue_add(struct push_queue *queue, struct push_request *request);

/* It has arrived, or is given up. */
void push_queue_remove_first(struct push_queue *queue);

#endif
