/* SPDX-License-Identifier: MIT */
/* Goal: wherever in a call of its own a thread is stopped while others go on, no wake is left for a waiter that it was not meant for. */
#include <limits.h>
#include <string.h>

#include "check.h"
#include "losses.h"
#include "stepping.h"
#include "wakers.h"

static struct losses losses;
static char object[64];
static struct sample samples[2];
static struct wakers_place places[4];

static void arrive(int who)
{
	wakers_arrive(object, &places[who]);
}

static void first_gives_up(void)
{
	wakers_depart(&places[0], false);
}

static void all_are_woken(void)
{
	wakers_wake(object, &samples[0], INT_MAX);
}

static void one_is_woken(void)
{
	wakers_wake(object, &samples[1], 1);
}

static bool is_busy(void)
{
	return atomic_load(&losses.events[LOSS_WAKERS_BUSY]) != 0;
}

/* Two wait, of whom `woken` were woken already; one call is stopped for the other. Then two more come, and nobody wakes them. How often
 * it went wrong is added up; false: the call is not as long. */
static bool stop_after(unsigned instructions, int woken, void (*call)(void), void (*meanwhile)(void),
		       unsigned *out_wrong)
{
	unsigned wrong = 0;

	memset(&losses, 0, sizeof(losses));
	losses_init(&losses);
	wakers_init();
	arrive(0);
	arrive(1);
	wakers_wake(object, &samples[0], woken);
	if (!stepping_call(call, instructions, meanwhile))
		return false;
	arrive(2);
	arrive(3);
	wrong += !wakers_depart(&places[1], true) && !is_busy();
	wrong += wakers_depart(&places[2], true) != NULL;
	wrong += wakers_depart(&places[3], true) != NULL;
	wrong += wakers_waiting(object) != 0;
	*out_wrong += wrong;
	return true;
}

static void stop_anywhere(const char *name, int woken, void (*call)(void), void (*meanwhile)(void))
{
	unsigned instructions = 1, wrong = 0;

	if (!STEPPING_WORKS) {
		skip(2, "%s: a process cannot step through itself here", name);
		return;
	}
	while (stop_after(instructions, woken, call, meanwhile, &wrong))
		instructions++;
	ok(instructions > 20, "%s: stopped in %u places", name, instructions - 1);
	is_u64(wrong, 0, "%s: each wake is for who waited then", name);
}

int main(void)
{
	stop_anywhere("one gives up while all are woken", 0, first_gives_up, all_are_woken);
	stop_anywhere("all are woken while one gives up", 0, all_are_woken, first_gives_up);
	stop_anywhere("one gives up while another one is woken", 1, first_gives_up, one_is_woken);
	stop_anywhere("one is woken while another one gives up", 1, one_is_woken, first_gives_up);
	return done();
}
