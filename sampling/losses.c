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
	if (losses)
		atomic_fetch_add_explicit(&losses->events[loss], 1, memory_order_relaxed);
}

const char *losses_words(enum loss loss)
{
	return words[loss];
}
