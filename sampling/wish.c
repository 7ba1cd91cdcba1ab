/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "processor.h"
#include "record.h"
#include "thread.h"
#include "wish.h"

/* Where there is no region, nothing is ever wished for. */
static struct wish_words nobodys;

struct wish_words *wish_words = &nobodys;

static struct {
	_Atomic uint32_t taken; /* number of the last wish that a thread took */
} wishes;

void wish_init(struct wish_words *words)
{
	atomic_store_explicit(&wishes.taken, 0, memory_order_relaxed);
	wish_words = words ? words : &nobodys;
}

void wish_set_helper(bool exists)
{
	atomic_store_explicit(&wish_words->has_helper, exists, memory_order_relaxed);
}

/* False while it is being written. */
static bool read_wish(struct wish *out_wish)
{
	/* The asker writes with system calls, in the order: odd number, the rest, even number. */
	uint32_t number = atomic_load_explicit(&wish_words->number, memory_order_acquire);

	*out_wish = (struct wish){
		.number = number,
		.wanted = atomic_load_explicit(&wish_words->wanted, memory_order_acquire),
		.fraction = (int32_t)atomic_load_explicit(&wish_words->fraction, memory_order_acquire),
		.block_rate_ns = atomic_load_explicit(&wish_words->block_rate_ns, memory_order_acquire),
	};
	return number % 2 == 0 && atomic_load_explicit(&wish_words->number, memory_order_relaxed) == number;
}

bool wish_take(struct wish *out_wish)
{
	uint32_t taken = atomic_load_explicit(&wishes.taken, memory_order_relaxed);

	return read_wish(out_wish) && out_wish->number != taken &&
	       atomic_compare_exchange_strong_explicit(&wishes.taken, &taken, out_wish->number, memory_order_relaxed,
						       memory_order_relaxed);
}

uint32_t wish_set_knobs(const struct wish *wish)
{
	uint32_t floating_point = processor_float_flags(); /* whose flags a conversion of the rate would change */

	if (record_is_stopped())
		return 0;
	if (wish->wanted & WISH_FRACTION)
		record_set_fraction(wish->fraction);
	if (wish->wanted & WISH_BLOCK_RATE)
		record_set_block_rate_ns(wish->block_rate_ns);
	processor_set_float_flags(floating_point);
	return wish->wanted & (WISH_FRACTION | WISH_BLOCK_RATE);
}

void wish_answer(const struct wish *wish, uint32_t granted)
{
	atomic_store_explicit(&wish_words->granted, granted, memory_order_relaxed);
	/* Whoever reads the number then reads what was granted. */
	atomic_store_explicit(&wish_words->answered, wish->number, memory_order_release);
}

bool wish_grant_here(void)
{
	struct wish wish;

	if (!wish_is_pending() || atomic_load_explicit(&wish_words->has_helper, memory_order_relaxed) ||
	    atomic_load_explicit(thread_fork_word, memory_order_relaxed) == 0 || /* it is our parent who was asked */
	    !wish_take(&wish))
		return false;
	wish_answer(&wish, wish_set_knobs(&wish) | (wish.wanted & WISH_SIGNALLED));
	return wish.wanted & WISH_SIGNALLED;
}
