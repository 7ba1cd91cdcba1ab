/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "push_queue.h"

void push_queue_init(struct push_queue *queue, size_t limit_bytes)
{
	*queue = (struct push_queue){.end = &queue->first, .limit_bytes = limit_bytes};
}

static void remove_at(struct push_queue *queue, struct push_item **at)
{
	struct push_item *item = *at;

	*at = item->next;
	if (!item->next)
		queue->end = at;
	queue->bytes -= item->request.body_bytes;
	queue->count--;
	push_request_free(&item->request);
	free(item);
}

void push_queue_remove_first(struct push_queue *queue)
{
	remove_at(queue, &queue->first);
	queue->is_first_taken = false;
}

/* The oldest that is not on its way. */
static void drop_oldest(struct push_queue *queue)
{
	remove_at(queue, queue->is_first_taken ? &queue->first->next : &queue->first);
	queue->dropped++;
}

/* Could it get in if everything gave way that may? */
static bool has_room(const struct push_queue *queue, size_t bytes)
{
	size_t taken_bytes = queue->is_first_taken ? queue->first->request.body_bytes : 0;

	return bytes <= queue->limit_bytes - taken_bytes;
}

void push_queue_add(struct push_queue *queue, struct push_request *request)
{
	struct push_item *item = has_room(queue, request->body_bytes) ? calloc(1, sizeof(*item)) : NULL;

	if (!item) {
		queue->dropped++;
		push_request_free(request);
		return;
	}
	while (queue->bytes + request->body_bytes > queue->limit_bytes)
		drop_oldest(queue);
	item->request = *request;
	*queue->end = item;
	queue->end = &item->next;
	queue->bytes += item->request.body_bytes;
	queue->count++;
}
