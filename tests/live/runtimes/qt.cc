// SPDX-License-Identifier: MIT
// Qt's locks, conditions and semaphores. Its mutexes and semaphores are futexes; the others are made of pthread's conditions.
#include <QMutex>
#include <QReadWriteLock>
#include <QSemaphore>
#include <QWaitCondition>

#include "stage.h"

static QMutex mutex;
static QMutex recursive(QMutex::Recursive);
static QReadWriteLock read_write;
static QWaitCondition cond;
static QSemaphore semaphore;
static bool is_true;

SCENE hold_mutex()
{
	mutex.lock();
	stage_have();
	mutex.unlock();
	NO_TAIL_CALL();
}

SCENE want_mutex()
{
	stage_want();
	mutex.lock();
	stage_got();
	mutex.unlock();
	NO_TAIL_CALL();
}

SCENE hold_recursive()
{
	recursive.lock();
	stage_have();
	recursive.unlock();
	NO_TAIL_CALL();
}

SCENE want_recursive()
{
	stage_want();
	recursive.lock();
	stage_got();
	recursive.unlock();
	NO_TAIL_CALL();
}

SCENE hold_to_read()
{
	read_write.lockForRead();
	stage_have();
	read_write.unlock();
	NO_TAIL_CALL();
}

SCENE want_to_write()
{
	stage_want();
	read_write.lockForWrite();
	stage_got();
	read_write.unlock();
	NO_TAIL_CALL();
}

SCENE hold_to_write()
{
	read_write.lockForWrite();
	stage_have();
	read_write.unlock();
	NO_TAIL_CALL();
}

SCENE want_to_read()
{
	stage_want();
	read_write.lockForRead();
	stage_got();
	read_write.unlock();
	NO_TAIL_CALL();
}

SCENE wake_one()
{
	stage_have();
	mutex.lock();
	is_true = true;
	cond.wakeOne();
	mutex.unlock();
	NO_TAIL_CALL();
}

SCENE wait_for_condition()
{
	mutex.lock();
	stage_want();
	while (!is_true)
		cond.wait(&mutex);
	stage_got();
	is_true = false;
	mutex.unlock();
	NO_TAIL_CALL();
}

SCENE release_semaphore()
{
	stage_have();
	semaphore.release();
	NO_TAIL_CALL();
}

SCENE acquire_semaphore()
{
	stage_want();
	semaphore.acquire();
	stage_got();
	NO_TAIL_CALL();
}

int main()
{
	PLAY(lock, futex, hold_mutex, want_mutex);
	PLAY(lock, futex, hold_recursive, want_recursive);
	PLAY(other, cond, hold_to_read, want_to_write);
	PLAY(other, cond, hold_to_write, want_to_read);
	PLAY(other, cond, wake_one, wait_for_condition);
	PLAY(other, futex, release_semaphore, acquire_semaphore);
}
