/* SPDX-License-Identifier: MIT
 *
 * Goal: what C++ builds on the locks and waits counts exactly under contention: every kind of mutex, timed and shared, the
 * condition variable of any lock, call_once, futures and threads joined by thousands.
 */
#include <condition_variable>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "hazard.h"

using namespace std::chrono_literals;

enum {
	THREADS = 4,
	ROUNDS = 3000,
	PAUSES = 64, /* every so manieth section is long enough for others to block */
	FUTURES = 1000,
};

template <class Body> static void in_threads(int number, Body body)
{
	std::vector<std::thread> threads;

	for (int i = 0; i < number; i++)
		threads.emplace_back(body, i);
	for (auto &thread : threads)
		thread.join();
}

static void pause_at(int round)
{
	if (round % PAUSES == 0)
		hazard_sleep_us(20);
}

/* Counts under the lock that `lock` takes and tells whether it got; time-outs are taken again. */
template <class Lock, class Unlock> static void count_under(const char *name, Lock lock, Unlock unlock)
{
	unsigned long sections = 0;

	in_threads(THREADS, [&](int) {
		for (int round = 0; round < ROUNDS; round++) {
			while (!lock())
				;
			sections++;
			pause_at(round);
			unlock();
		}
	});
	need(sections == THREADS * ROUNDS, "%s: sections: %lu", name, sections);
}

template <class Mutex> static void plain(const char *name)
{
	Mutex mutex;

	count_under(
		name, [&] { return mutex.lock(), true; }, [&] { mutex.unlock(); });
	count_under(
		name, [&] { return mutex.try_lock(); }, [&] { mutex.unlock(); });
}

template <class Mutex> static void timed(const char *name)
{
	Mutex mutex;

	plain<Mutex>(name);
	count_under(
		name, [&] { return mutex.try_lock_for(100us); }, [&] { mutex.unlock(); });
	count_under(
		name, [&] { return mutex.try_lock_until(std::chrono::system_clock::now() + 100us); },
		[&] { mutex.unlock(); });
}

template <class Mutex> static void recursive(const char *name)
{
	Mutex mutex;

	count_under(
		name, [&] { return mutex.lock(), mutex.lock(), true; }, [&] { mutex.unlock(), mutex.unlock(); });
}

/* Half of the threads read what the others write as pairs. */
template <class Mutex, class ReadLock> static void shared(const char *name, ReadLock read_lock)
{
	Mutex mutex;
	long left = 0, right = 0;

	in_threads(THREADS, [&](int number) {
		for (int round = 0; round < ROUNDS; round++) {
			if (number % 2) {
				while (!read_lock(mutex))
					;
				need(left == -right, "%s: written as a pair", name);
				mutex.unlock_shared();
			} else {
				std::unique_lock<Mutex> guard(mutex);
				left++;
				pause_at(round);
				right--;
			}
		}
	});
	need(left == THREADS / 2 * ROUNDS, "%s: written: %ld", name, left);
}

static void shared_mutexes()
{
	shared<std::shared_mutex>("shared_mutex", [](auto &mutex) { return mutex.lock_shared(), true; });
	shared<std::shared_mutex>("shared_mutex, tried", [](auto &mutex) { return mutex.try_lock_shared(); });
	shared<std::shared_timed_mutex>("shared_timed_mutex",
					[](auto &mutex) { return mutex.try_lock_shared_for(100us); });
	shared<std::shared_timed_mutex>("shared_timed_mutex, until", [](auto &mutex) {
		return mutex.try_lock_shared_until(std::chrono::system_clock::now() + 100us);
	});
}

/* A ring of turns, woken by notify_all; Condition waits with Lock's mutex, timed each third time. */
template <class Condition, class Mutex> static void turns(const char *name)
{
	Condition condition;
	Mutex mutex;
	long turn = 0;

	in_threads(THREADS, [&](int number) {
		for (int round = 0; round < ROUNDS / 10; round++) {
			std::unique_lock<Mutex> lock(mutex);
			auto is_mine = [&] { return turn % THREADS == number; };

			if (round % 3)
				condition.wait(lock, is_mine);
			else
				while (!condition.wait_for(lock, 1ms, is_mine))
					;
			turn++;
			condition.notify_all();
		}
	});
	need(turn == ROUNDS / 10 * THREADS, "%s: turns: %ld", name, turn);
}

static void call_once()
{
	std::vector<std::once_flag> flags(ROUNDS);
	std::vector<int> runs(ROUNDS);

	in_threads(THREADS, [&](int) {
		for (int i = 0; i < ROUNDS; i++) {
			std::call_once(flags[i], [&] { runs[i]++; });
			need(runs[i] == 1, "once %d ran once, and is seen", i);
		}
	});
}

static void futures()
{
	std::vector<std::future<long>> results;
	std::promise<long> promise;
	auto shared = promise.get_future().share();
	long sum = 0;

	for (long i = 0; i < FUTURES; i++) {
		results.push_back(std::async(std::launch::async, [i, shared] { return i + shared.get(); }));
		if (i == 8)
			promise.set_value(1);
		if (i >= 16)
			sum += results[i - 16].get();
	}
	for (long i = FUTURES - 16; i < FUTURES; i++)
		sum += results[i].get();
	need(sum == FUTURES * (FUTURES + 1L) / 2, "futures: %ld", sum);
}

int main()
{
	hazard_limit(30);
	plain<std::mutex>("mutex");
	plain<std::recursive_mutex>("recursive_mutex");
	recursive<std::recursive_mutex>("recursive_mutex, twice");
	recursive<std::recursive_timed_mutex>("recursive_timed_mutex, twice");
	timed<std::timed_mutex>("timed_mutex");
	timed<std::recursive_timed_mutex>("recursive_timed_mutex");
	timed<std::shared_timed_mutex>("shared_timed_mutex");
	plain<std::shared_mutex>("shared_mutex");
	shared_mutexes();
	turns<std::condition_variable, std::mutex>("condition_variable");
	turns<std::condition_variable_any, std::shared_mutex>("condition_variable_any");
	call_once();
	futures();
	return 0;
}
