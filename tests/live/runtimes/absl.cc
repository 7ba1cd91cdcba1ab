// SPDX-License-Identifier: MIT
// abseil's locks, conditions and events, which all park a thread in a word of its own.
#include <absl/synchronization/blocking_counter.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <memory>

#include "stage.h"

static absl::Mutex mutex;
static absl::CondVar cond;
static bool is_true;
static std::unique_ptr<absl::Notification> notification;

SCENE hold_mutex()
{
	mutex.Lock();
	stage_have();
	mutex.Unlock();
	NO_TAIL_CALL();
}

SCENE want_mutex()
{
	stage_want();
	mutex.Lock();
	stage_got();
	mutex.Unlock();
	NO_TAIL_CALL();
}

SCENE hold_to_read()
{
	mutex.ReaderLock();
	stage_have();
	mutex.ReaderUnlock();
	NO_TAIL_CALL();
}

SCENE want_to_write()
{
	stage_want();
	mutex.WriterLock();
	stage_got();
	mutex.WriterUnlock();
	NO_TAIL_CALL();
}

SCENE hold_to_write()
{
	mutex.WriterLock();
	stage_have();
	mutex.WriterUnlock();
	NO_TAIL_CALL();
}

SCENE want_to_read()
{
	stage_want();
	mutex.ReaderLock();
	stage_got();
	mutex.ReaderUnlock();
	NO_TAIL_CALL();
}

SCENE signal_unlocked()
{
	stage_have();
	mutex.Lock();
	is_true = true;
	mutex.Unlock();
	cond.Signal();
	NO_TAIL_CALL();
}

// The waiter becomes one for the mutex, and is woken by its unlock: which is not to blame for the wait.
SCENE signal_locked()
{
	stage_have();
	mutex.Lock();
	is_true = true;
	cond.SignalAll();
	mutex.Unlock();
	NO_TAIL_CALL();
}

SCENE make_true()
{
	stage_have();
	mutex.Lock();
	is_true = true;
	mutex.Unlock();
	NO_TAIL_CALL();
}

static void wait_for_signal()
{
	mutex.Lock();
	stage_want();
	while (!is_true)
		cond.Wait(&mutex);
	stage_got();
	is_true = false;
	mutex.Unlock();
}

SCENE wait_for_unlocked()
{
	wait_for_signal();
	NO_TAIL_CALL();
}

SCENE wait_for_locked()
{
	wait_for_signal();
	NO_TAIL_CALL();
}

SCENE await_truth()
{
	mutex.Lock();
	stage_want();
	mutex.Await(absl::Condition(&is_true));
	stage_got();
	is_true = false;
	mutex.Unlock();
	NO_TAIL_CALL();
}

SCENE notify()
{
	notification = std::make_unique<absl::Notification>();
	stage_have();
	notification->Notify();
	NO_TAIL_CALL();
}

SCENE wait_for_notification()
{
	stage_want();
	notification->WaitForNotification();
	stage_got();
	NO_TAIL_CALL();
}

int main()
{
	PLAY(lock, futex, hold_mutex, want_mutex);
	PLAY(lock, futex, hold_to_read, want_to_write);
	PLAY(lock, futex, hold_to_write, want_to_read);
	PLAY(other, futex, signal_unlocked, wait_for_unlocked);
	PLAY(other, futex, signal_locked, wait_for_locked);
	PLAY(other, futex, make_true, await_truth);
	PLAY(other, futex, notify, wait_for_notification);
}
