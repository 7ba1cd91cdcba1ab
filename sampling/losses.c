/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "losses.h"

static struct losses *losses;

static const char *const words[LOSS_COUNT] = {
#define LOSS(identifier, sentence) [identifier] = sentence,
#include "losses.def"
#undef LOSS
};

void losses_init(struct losses *region_losses)
{
	losses = region_losses;
}

void losses_add(enum loss loss)
{
	losses_add_many(loss, 1);
}

void losses_add_many(enum loss loss, uint64_t events)
{
	if (losses)
		atomic_fetch_add_explicit(&losses->events[loss], events, memory_order_relaxed);
}

const char *losses_words(enum loss loss)
{
	return words[loss];
}
