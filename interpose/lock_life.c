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

#define INITIALISES(lock) initialised((const void *)(lock), __builtin_return_address(0))
#define DESTROYS(lock)    destroyed((const void *)(lock))
#define FUNCTION_ASIDE(result, name, parameters, arguments, life, version)                                             \
	result name parameters                                                                                         \
	{                                                                                                              \
		life;                                                                                                  \
		return REAL(name) arguments;                                                                           \
	}
#define FUNCTION(result, name, parameters, arguments, version)
#define FUNCTION_OLD(result, name, parameters, arguments, version)
#define FUNCTION_IN_ASSEMBLER(name)
#include "functions.def"
