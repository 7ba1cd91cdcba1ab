// SPDX-License-Identifier: MIT
// What waits in the C++ library, in classes named for what is waited for.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cxxabi.h>
#include <functional>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <typeinfo>

#include "families.h"

enum : unsigned {
	FOR_EVER = 0,
	FAR = FAMILY_FAR_MS,
	SOON = FAMILY_SOON_MS,
};

namespace shop
{

// A lock, waited for by one kind of guard while another kind has it.
template <typename Lock, template <typename> class Waiting, template <typename> class Holding,
	  unsigned DEADLINE_MS = FOR_EVER>
class Till
{
	Lock lock;

      public:
	OWN_FRAME int wait()
	{
		bool is_mine;

		if constexpr (DEADLINE_MS == FOR_EVER)
			is_mine = Waiting<Lock>(lock).owns_lock();
		else
			is_mine = Waiting<Lock>(lock, std::chrono::milliseconds(DEADLINE_MS)).owns_lock();
		NO_TAIL_CALL();
		return is_mine ? 0 : ETIMEDOUT;
	}

	OWN_FRAME void hold(known_waits *waits)
	{
		{
			Holding<Lock> guard(lock);

			known_waits_held(waits);
		}
		NO_TAIL_CALL();
	}
};

// A condition, waited for until the holder makes it true.
template <typename Condition, unsigned DEADLINE_MS = FOR_EVER> class Shelf
{
	std::mutex lock;
	Condition filled;
	int goods = 0;

      public:
	OWN_FRAME int wait()
	{
		std::unique_lock<std::mutex> guard(lock);
		auto is_filled = [this] { return goods > 0; };
		bool is_mine = true;

		if constexpr (DEADLINE_MS == FOR_EVER)
			filled.wait(guard, is_filled);
		else
			is_mine = filled.wait_for(guard, std::chrono::milliseconds(DEADLINE_MS), is_filled);
		goods = 0;
		return is_mine ? 0 : ETIMEDOUT;
	}

	OWN_FRAME void hold(known_waits *waits)
	{
		known_waits_held(waits);
		lock.lock();
		goods = waits->expected == 0;
		lock.unlock();
		filled.notify_one();
	}
};

// A mutex that the holder gives away by waiting for a condition.
class Counter
{
	std::mutex lock;
	std::condition_variable paid;
	bool is_paid = false;

      public:
	OWN_FRAME int wait()
	{
		lock.lock();
		is_paid = true;
		lock.unlock();
		paid.notify_one();
		NO_TAIL_CALL();
		return 0;
	}

	OWN_FRAME void hold(known_waits *waits)
	{
		std::unique_lock<std::mutex> guard(lock);

		known_waits_held(waits);
		paid.wait(guard, [this] { return is_paid; });
		is_paid = false;
	}
};

// What is done once: the second comes while the first is at it.
class Opening
{
	std::optional<std::once_flag> flag;

      public:
	OWN_FRAME int wait()
	{
		std::call_once(*flag, abort);
		NO_TAIL_CALL();
		return 0;
	}

	OWN_FRAME void hold(known_waits *waits)
	{
		flag.emplace();
		std::call_once(*flag, known_waits_held, waits);
		NO_TAIL_CALL();
	}
};

// Something that another thread does; it begins when its handle is where the waiter looks.
template <typename Handle> class Errand
{
	Handle handle;
	std::atomic<bool> is_there{false};

	void run(known_waits *waits)
	{
		while (!is_there.exchange(false))
			t_sleep_ms(1);
		known_waits_held(waits);
	}

      public:
	OWN_FRAME int wait()
	{
		if constexpr (std::is_same_v<Handle, std::thread>)
			handle.join();
		else
			handle.get();
		NO_TAIL_CALL();
		return 0;
	}

	OWN_FRAME void hold(known_waits *waits)
	{
		if constexpr (std::is_same_v<Handle, std::thread>)
			handle = std::thread(&Errand::run, this, waits);
		else
			handle = std::async(std::launch::async, &Errand::run, this, waits);
		is_there = true;
	}
};

} // namespace shop

template <typename Case>
static family family_of(const char *kind, const char *function, const char *release, int expected = 0)
{
	char *name = abi::__cxa_demangle(typeid(Case).name(), nullptr, nullptr, nullptr);
	family made = {};

	made.waiter = (new std::string(std::string(name) + "::wait"))->c_str();
	made.holder = (new std::string(std::string(name) + "::hold"))->c_str();
	made.kind = kind;
	made.function = function;
	made.release = release;
	made.make = [](void *) { return 0; };
	made.waits.object = new Case;
	made.waits.wait = [](void *object) { return static_cast<Case *>(object)->wait(); };
	made.waits.hold = [](known_waits *waits) { static_cast<Case *>(waits->object)->hold(waits); };
	made.waits.expected = expected;
	free(name);
	return made;
}

template <typename Lock, unsigned DEADLINE_MS = FOR_EVER>
using Exclusive = shop::Till<Lock, std::unique_lock, std::unique_lock, DEADLINE_MS>;
template <typename Lock, unsigned DEADLINE_MS = FOR_EVER>
using Reader = shop::Till<Lock, std::shared_lock, std::unique_lock, DEADLINE_MS>;
template <typename Lock, unsigned DEADLINE_MS = FOR_EVER>
using Writer = shop::Till<Lock, std::unique_lock, std::shared_lock, DEADLINE_MS>;

static family families[] = {
	family_of<Exclusive<std::mutex>>("mutex", "pthread_mutex_lock", "pthread_mutex_unlock"),
	family_of<Exclusive<std::recursive_mutex>>("mutex", "pthread_mutex_lock", "pthread_mutex_unlock"),
	family_of<Exclusive<std::timed_mutex>>("mutex", "pthread_mutex_lock", "pthread_mutex_unlock"),
	family_of<Exclusive<std::timed_mutex, FAR>>("mutex", "pthread_mutex_clocklock", "pthread_mutex_unlock"),
	family_of<Exclusive<std::timed_mutex, SOON>>("mutex", "pthread_mutex_clocklock", "pthread_mutex_unlock",
						     ETIMEDOUT),
	family_of<Exclusive<std::recursive_timed_mutex, FAR>>("mutex", "pthread_mutex_clocklock",
							      "pthread_mutex_unlock"),
	family_of<Exclusive<std::shared_mutex>>("rwlock-write", "pthread_rwlock_wrlock", "pthread_rwlock_unlock"),
	family_of<Reader<std::shared_mutex>>("rwlock-read", "pthread_rwlock_rdlock", "pthread_rwlock_unlock"),
	family_of<Writer<std::shared_mutex>>("rwlock-write", "pthread_rwlock_wrlock", "pthread_rwlock_unlock"),
	family_of<Reader<std::shared_timed_mutex, FAR>>("rwlock-read", "pthread_rwlock_clockrdlock",
							"pthread_rwlock_unlock"),
	family_of<Writer<std::shared_timed_mutex, FAR>>("rwlock-write", "pthread_rwlock_clockwrlock",
							"pthread_rwlock_unlock"),
	family_of<Writer<std::shared_timed_mutex, SOON>>("rwlock-write", "pthread_rwlock_clockwrlock",
							 "pthread_rwlock_unlock", ETIMEDOUT),
	family_of<shop::Shelf<std::condition_variable>>("cond", "pthread_cond_wait", nullptr),
	family_of<shop::Shelf<std::condition_variable, FAR>>("cond", "pthread_cond_clockwait", nullptr),
	family_of<shop::Shelf<std::condition_variable, SOON>>("cond", "pthread_cond_clockwait", nullptr, ETIMEDOUT),
	family_of<shop::Shelf<std::condition_variable_any>>("cond", "pthread_cond_wait", nullptr),
	family_of<shop::Shelf<std::condition_variable_any, FAR>>("cond", "pthread_cond_clockwait", nullptr),
	family_of<shop::Counter>("mutex", "pthread_mutex_lock", "pthread_cond_wait"),
	family_of<shop::Opening>("once", "pthread_once", nullptr),
	family_of<shop::Errand<std::thread>>("join", "pthread_join", nullptr),
	family_of<shop::Errand<std::future<void>>>("join", "pthread_join", nullptr),
};

int main()
{
	families_run(families, std::size(families), nullptr);
}
