// SPDX-License-Identifier: MIT
// The locks of the C++ library, contended inside namespaces, classes and templates.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace shop
{

template <typename Lock> class Till
{
	Lock lock;
	int sum = 0;

      public:
	__attribute__((noinline)) void take(int amount)
	{
		{
			std::lock_guard<Lock> guard(lock);
			std::this_thread::sleep_for(2ms);
			sum += amount;
		}
		asm volatile(""); // the unlock is no tail call: this frame is there during it
	}
};

class Shelf
{
	std::mutex lock;
	std::condition_variable filled;
	std::condition_variable_any filled_any;
	int goods = 0;

      public:
	__attribute__((noinline)) void wait_for_goods()
	{
		std::unique_lock<std::mutex> guard(lock);
		filled.wait_for(guard, 1s, [this] { return goods > 0; });
		asm volatile("");
	}

	__attribute__((noinline)) void wait_for_any_goods()
	{
		std::unique_lock<std::mutex> guard(lock);
		filled_any.wait(guard, [this] { return goods > 0; });
		asm volatile("");
	}

	__attribute__((noinline)) void fill()
	{
		std::this_thread::sleep_for(50ms);
		std::lock_guard<std::mutex> guard(lock);
		goods = 1;
		filled.notify_all();
		filled_any.notify_all();
	}
};

} // namespace shop

template <typename Lock> static void crowd()
{
	shop::Till<Lock> till;
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&till] {
			for (int j = 0; j < 5; j++)
				till.take(j);
		});
	for (auto &thread : threads)
		thread.join();
}

int main()
{
	shop::Shelf shelf;

	crowd<std::mutex>();
	crowd<std::timed_mutex>();
	crowd<std::recursive_mutex>();
	std::thread one(&shop::Shelf::wait_for_goods, &shelf), other(&shop::Shelf::wait_for_any_goods, &shelf);
	shelf.fill();
	one.join();
	other.join();
}
