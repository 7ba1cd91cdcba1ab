/* SPDX-License-Identifier: MIT
 *
 * Goal: an exception from a once routine, C++'s or POSIX's, passes through to who called it, running the destructors on its way;
 * the next caller, or one who waits meanwhile, runs the routine again; so too under contention.
 */
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "hazard.h"

enum {
	THREADS = 8,
	THROWS = 5,
	ROUNDS = 50,
};

static hazard_rival rival;
static int runs, caught, destroyed; /* by the one who runs the routine; atomic; atomic */

struct Counted {
	~Counted()
	{
		__atomic_add_fetch(&destroyed, 1, __ATOMIC_RELAXED);
	}
};

static void routine()
{
	Counted counted;

	hazard_sleep_us(20);
	hazard_rival_meet(&rival, 1); /* for most, a wait inside the wait for the once */
	if (runs++ < THROWS)
		throw std::runtime_error("not yet");
}

template <class Once> static void call_until_done(Once call)
{
	for (bool done = false; !done;)
		try {
			Counted counted;
			call();
			done = true;
		} catch (const std::runtime_error &error) {
			need(!strcmp(error.what(), "not yet"), "the exception itself: %s", error.what());
			__atomic_add_fetch(&caught, 1, __ATOMIC_RELAXED);
		}
}

template <class Once> static void contend(Once call)
{
	std::vector<std::thread> threads;

	runs = caught = destroyed = 0;
	for (int i = 0; i < THREADS; i++)
		threads.emplace_back([&] { call_until_done(call); });
	for (auto &thread : threads)
		thread.join();
	need(runs == THROWS + 1, "the routine ran %d times", runs);
	need(caught == THROWS, "each exception was caught once: %d", caught);
	need(destroyed == 2 * THROWS + 1 + THREADS, "destructors ran: %d", destroyed);
}

int main()
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int round = 0; round < ROUNDS; round++) {
		std::once_flag flag;
		pthread_once_t once = PTHREAD_ONCE_INIT;

		contend([&] { std::call_once(flag, routine); });
		contend([&] { pthread_once(&once, routine); });
	}
	hazard_rival_stop(&rival);
	return 0;
}
