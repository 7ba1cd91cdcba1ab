/* SPDX-License-Identifier: MIT */
/* Overrides     pthread_mutex_init, _destroy; the same of pthread_rwlock_ and pthread_spin_; mtx_init, _destroy; and the aliases
 *               that old programs use.
 * To know where a lock was made, and to forget its name, and who held it, when it ends. A few ns, on calls that are no part of locking.
 */
#include "holds.h"
#include "lock_names.h"
#include "real.h"

static void initialised(const void *lock, const void *caller)
{
	lock_names_initialised(lock, caller);
	holds_forget(lock);
}

static void destroyed(const void *lock)
{
	lock_names_destroyed(lock);
	holds_forget(lock);
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	initialised(mutex, __builtin_return_address(0));
	return REAL(pthread_mutex_init)(mutex, attributes);
}

int __pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	initialised(mutex, __builtin_return_address(0));
	return REAL(__pthread_mutex_init)(mutex, attributes);
}

int mtx_init(mtx_t *mutex, int type)
{
	initialised(mutex, __builtin_return_address(0));
	return REAL(mtx_init)(mutex, type);
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	initialised(lock, __builtin_return_address(0));
	return REAL(pthread_rwlock_init)(lock, attributes);
}

int __pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
	initialised(lock, __builtin_return_address(0));
	return REAL(__pthread_rwlock_init)(lock, attributes);
}

int pthread_spin_init(pthread_spinlock_t *lock, int is_shared)
{
	initialised((const void *)lock, __builtin_return_address(0));
	return REAL(pthread_spin_init)(lock, is_shared);
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	destroyed(mutex);
	return REAL(pthread_mutex_destroy)(mutex);
}

int __pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	destroyed(mutex);
	return REAL(__pthread_mutex_destroy)(mutex);
}

void mtx_destroy(mtx_t *mutex)
{
	destroyed(mutex);
	REAL(mtx_destroy)(mutex);
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	destroyed(lock);
	return REAL(pthread_rwlock_destroy)(lock);
}

int __pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
	destroyed(lock);
	return REAL(__pthread_rwlock_destroy)(lock);
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
	destroyed((const void *)lock);
	return REAL(pthread_spin_destroy)(lock);
}
