/* SPDX-License-Identifier: MIT
 * A library whose static objects lock when they are made and when they are destroyed.
 */
#include "hazard.h"

#include <condition_variable>
#include <mutex>
#include <thread>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int made;

/* Constructor in C, of the library. */
__attribute__((constructor)) static void constructor()
{
	need(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex), "lock in a library's constructor");
	hazard_contend(2, 50);
	made++;
}

struct Locker {
	std::mutex own;
	std::timed_mutex timed;
	std::condition_variable cond;

	Locker()
	{
		std::unique_lock<std::mutex> hold(own);
		cond.wait_for(hold, std::chrono::microseconds(10));
		need(timed.try_lock_for(std::chrono::milliseconds(1)), "timed lock");
		std::thread other(
			[&] { need(!timed.try_lock_for(std::chrono::milliseconds(1)), "a taken timed lock"); });
		other.join();
		timed.unlock();
		made++;
	}
	~Locker()
	{
		std::lock_guard<std::mutex> hold(own);
		need(!pthread_mutex_lock(&mutex) && !pthread_mutex_unlock(&mutex), "lock in a static destructor");
		hazard_contend(2, 50);
	}
};
static Locker locker;

int startup_library_made()
{
	return made;
}
