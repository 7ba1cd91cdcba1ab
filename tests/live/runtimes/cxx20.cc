// SPDX-License-Identifier: MIT
// What C++20 brought; and a lock that is made of it.
#include <atomic>
#include <barrier>
#include <latch>
#include <optional>
#include <semaphore>

#include "stage.h"

// 0 free, 1 taken, 2 taken and waited for.
class Lock
{
	std::atomic<int> word{0};

      public:
	void lock()
	{
		int found = 0;

		if (word.compare_exchange_strong(found, 1))
			return;
		while (word.exchange(2))
			word.wait(2);
	}
	void unlock()
	{
		if (word.exchange(0) == 2)
			word.notify_one();
	}
};

static Lock lock;
static std::counting_semaphore<10> permits{0};
static std::binary_semaphore permit{0};
static std::optional<std::latch> latch;
static std::barrier<> barrier{2};
static std::atomic<int> number{0};
static std::atomic<bool> flag{false};

SCENE hold_atomic()
{
	lock.lock();
	stage_have();
	lock.unlock();
	NO_TAIL_CALL();
}

SCENE want_atomic()
{
	stage_want();
	lock.lock();
	stage_got();
	lock.unlock();
	NO_TAIL_CALL();
}

SCENE release_permits()
{
	stage_have();
	permits.release(2);
	NO_TAIL_CALL();
}

SCENE acquire_permits()
{
	stage_want();
	permits.acquire();
	stage_got();
	permits.acquire();
	NO_TAIL_CALL();
}

SCENE release_binary()
{
	stage_have();
	permit.release();
	NO_TAIL_CALL();
}

SCENE acquire_binary()
{
	stage_want();
	permit.acquire();
	stage_got();
	NO_TAIL_CALL();
}

SCENE count_down()
{
	latch.emplace(1);
	stage_have();
	latch->count_down();
	NO_TAIL_CALL();
}

SCENE wait_for_latch()
{
	stage_want();
	latch->wait();
	stage_got();
	NO_TAIL_CALL();
}

SCENE arrive_last()
{
	stage_have();
	barrier.arrive_and_wait();
	NO_TAIL_CALL();
}

SCENE arrive_first()
{
	stage_want();
	barrier.arrive_and_wait();
	stage_got();
	NO_TAIL_CALL();
}

SCENE set_number()
{
	number = 1;
	stage_have();
	number = 2;
	number.notify_one();
	NO_TAIL_CALL();
}

SCENE await_number()
{
	stage_want();
	number.wait(1);
	stage_got();
	NO_TAIL_CALL();
}

SCENE set_flag()
{
	flag = false;
	stage_have();
	flag = true;
	flag.notify_all();
	NO_TAIL_CALL();
}

SCENE await_flag()
{
	stage_want();
	flag.wait(false);
	stage_got();
	NO_TAIL_CALL();
}

int main()
{
	PLAY(lock, futex, hold_atomic, want_atomic);
	PLAY(other, futex, release_permits, acquire_permits);
	PLAY(other, futex, release_binary, acquire_binary);
	PLAY(other, futex, count_down, wait_for_latch);
	PLAY(other, futex, arrive_last, arrive_first);
	PLAY(other, futex, set_number, await_number);
	PLAY(other, futex, set_flag, await_flag);
}
