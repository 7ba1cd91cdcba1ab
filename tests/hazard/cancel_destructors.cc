/* SPDX-License-Identifier: MIT
 *
 * Goal: a C++ thread cancelled in a wait, deferred or asynchronously, runs the destructors of every frame, innermost first; they
 * can lock, free and contended mutexes; a catch (...) on the way that throws on is passed; what was waited for works afterwards.
 */
#include "hazard/wait_points.h"

static hazard_rival rival;
static int destroyed, caught;

struct Guard {
	int order;
	hazard_waited *all;

	Guard(int place, hazard_waited *waited) : order(place), all(waited)
	{
		if (all)
			hazard_waited_lock(all);
	}
	~Guard()
	{
		hazard_rival_meet(&rival, 2);
		if (all)
			hazard_waited_unlock(all);
		need(destroyed++ == order, "destructor %d runs after %d others", order, destroyed);
	}
};

struct Victim {
	const hazard_point *point;
	int type;
	hazard_waited all = {};
	pid_t tid = 0;
};

__attribute__((noinline)) static void wait_in(Victim *victim)
{
	Guard guard(0, &victim->all);

	__atomic_store_n(&victim->tid, gettid(), __ATOMIC_RELEASE);
	for (;;)
		victim->point->wait(&victim->all);
}

static void *victim_main(void *argument)
{
	auto *victim = static_cast<Victim *>(argument);
	int before;

	Guard outer(1, nullptr);
	pthread_setcanceltype(victim->type, &before);
	try {
		wait_in(victim);
	} catch (...) {
		caught++;
		throw;
	}
	return nullptr;
}

static void run(const hazard_point *point, int type)
{
	Victim victim;
	void *result;
	pthread_t thread;

	victim.point = point;
	victim.type = type;
	hazard_waited_init(&victim.all);
	destroyed = caught = 0;
	thread = hazard_start(victim_main, &victim);
	while (!__atomic_load_n(&victim.tid, __ATOMIC_ACQUIRE))
		hazard_sleep_us(100);
	hazard_await_asleep(victim.tid);
	need(!pthread_cancel(thread) && !pthread_join(thread, &result), "cancelled and joined");
	need(result == PTHREAD_CANCELED, "%s: ended by the cancellation", point->name);
	need(destroyed == 2 && caught == 1, "%s, type %d: %d destructors ran, %d handlers", point->name, type,
	     destroyed, caught);
	hazard_waited_fini(&victim.all);
}

int main()
{
	hazard_limit(20);
	hazard_rival_start(&rival);
	for (int round = 0; round < 5; round++)
		for (const auto &point : hazard_points) {
			run(&point, PTHREAD_CANCEL_DEFERRED);
			run(&point, PTHREAD_CANCEL_ASYNCHRONOUS);
		}
	hazard_rival_stop(&rival);
	return 0;
}
