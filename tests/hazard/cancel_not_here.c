/* SPDX-License-Identifier: MIT
 *
 * Goal: no function that is not a cancellation point acts upon a pending cancellation, whether it finds its object free or has
 * to wait for it.
 */
#include <semaphore.h>
#include <threads.h>

#include "hazard.h"

enum object { MUTEX, C11_MUTEX, RWLOCK, SPIN, BARRIER, ONCE, C11_ONCE, NOTHING };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static mtx_t c11_mutex;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static pthread_once_t once;
static once_flag c11_once;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static cnd_t c11_cond;
static sem_t semaphore;
static struct timespec far;
static void (*_Atomic in_routine)(void);

static void routine(void)
{
	void (*meanwhile)(void) = in_routine;

	in_routine = NULL;
	if (meanwhile)
		meanwhile();
}

static int c11_once_call(void)
{
	call_once(&c11_once, routine);
	return 0;
}

static int barrier_call(void)
{
	int result = pthread_barrier_wait(&barrier);

	return result == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : result;
}

#define CALLS(CALL)                                                                                                    \
	CALL(MUTEX, pthread_mutex_lock, (&mutex))                                                                      \
	CALL(MUTEX, pthread_mutex_timedlock, (&mutex, &far))                                                           \
	CALL(MUTEX, pthread_mutex_clocklock, (&mutex, CLOCK_REALTIME, &far))                                           \
	CALL(C11_MUTEX, mtx_lock, (&c11_mutex))                                                                        \
	CALL(C11_MUTEX, mtx_timedlock, (&c11_mutex, &far))                                                             \
	CALL(RWLOCK, pthread_rwlock_rdlock, (&rwlock))                                                                 \
	CALL(RWLOCK, pthread_rwlock_timedrdlock, (&rwlock, &far))                                                      \
	CALL(RWLOCK, pthread_rwlock_clockrdlock, (&rwlock, CLOCK_REALTIME, &far))                                      \
	CALL(RWLOCK, pthread_rwlock_wrlock, (&rwlock))                                                                 \
	CALL(RWLOCK, pthread_rwlock_timedwrlock, (&rwlock, &far))                                                      \
	CALL(RWLOCK, pthread_rwlock_clockwrlock, (&rwlock, CLOCK_REALTIME, &far))                                      \
	CALL(SPIN, pthread_spin_lock, (&spin))                                                                         \
	CALL(BARRIER, barrier_call, ())                                                                                \
	CALL(ONCE, pthread_once, (&once, routine))                                                                     \
	CALL(C11_ONCE, c11_once_call, ())                                                                              \
	CALL(NOTHING, sem_post, (&semaphore))                                                                          \
	CALL(NOTHING, sem_trywait, (&semaphore))                                                                       \
	CALL(NOTHING, pthread_cond_signal, (&cond))                                                                    \
	CALL(NOTHING, pthread_cond_broadcast, (&cond))                                                                 \
	CALL(NOTHING, cnd_signal, (&c11_cond))                                                                         \
	CALL(NOTHING, cnd_broadcast, (&c11_cond))

#define CALL(object, function, arguments)                                                                              \
	static int make_##function(void)                                                                               \
	{                                                                                                              \
		return function arguments;                                                                             \
	}
CALLS(CALL)
#undef CALL

struct call {
	enum object object;
	const char *name;
	int (*make)(void);
};

#define CALL(object, function, arguments) {object, #function, make_##function},
static const struct call calls[] = {CALLS(CALL)};
#undef CALL

static struct victim {
	const struct call *call;
	_Atomic pid_t tid;
	bool returned;
	pthread_t thread;
} victim;

static void take(enum object object)
{
	switch (object) {
	case MUTEX:
		need(!pthread_mutex_lock(&mutex), "lock");
		break;
	case C11_MUTEX:
		need(mtx_lock(&c11_mutex) == thrd_success, "lock");
		break;
	case RWLOCK:
		need(!pthread_rwlock_wrlock(&rwlock), "lock");
		break;
	case SPIN:
		need(!pthread_spin_lock(&spin), "lock");
		break;
	default:
		break;
	}
}

static void give_back(enum object object)
{
	switch (object) {
	case MUTEX:
		need(!pthread_mutex_unlock(&mutex), "unlock");
		break;
	case C11_MUTEX:
		need(mtx_unlock(&c11_mutex) == thrd_success, "unlock");
		break;
	case RWLOCK:
		need(!pthread_rwlock_unlock(&rwlock), "unlock");
		break;
	case SPIN:
		need(!pthread_spin_unlock(&spin), "unlock");
		break;
	default:
		break;
	}
}

static void *call_cancelled(void *argument)
{
	need(!pthread_cancel(pthread_self()), "cancellation pending");
	victim.tid = gettid();
	need(victim.call->make() == 0, "%s succeeds", victim.call->name);
	victim.returned = true;
	give_back(victim.call->object);
	return argument;
}

static void start_victim(void)
{
	victim.thread = hazard_start(call_cancelled, NULL);
}

static void start_and_await(void)
{
	start_victim();
	while (!victim.tid)
		hazard_sleep_us(50);
	if (victim.call->object == SPIN)
		hazard_sleep_us(2000);
	else
		hazard_await_asleep(victim.tid);
}

/* Starts the victim while the object is held, and gives it free. */
static void hold(enum object object)
{
	if (object == ONCE || object == C11_ONCE) {
		in_routine = start_and_await;
		object == ONCE ? pthread_once(&once, routine) : c11_once_call();
		return;
	}
	take(object);
	start_and_await();
	give_back(object);
	if (object == BARRIER)
		barrier_call();
}

static void run(const struct call *call, bool held)
{
	victim = (struct victim){.call = call};
	once = PTHREAD_ONCE_INIT;
	c11_once = (once_flag)ONCE_FLAG_INIT;
	in_routine = NULL;
	if (held)
		hold(call->object);
	else
		start_victim();
	hazard_join(victim.thread);
	need(victim.returned, "%s returned, %s", call->name, held ? "after a wait" : "at once");
}

int main(void)
{
	hazard_limit(20);
	far = hazard_deadline(CLOCK_REALTIME, 1000000);
	mtx_init(&c11_mutex, mtx_plain);
	cnd_init(&c11_cond);
	pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
	pthread_barrier_init(&barrier, NULL, 2);
	sem_init(&semaphore, 0, 0);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (calls[i].object != BARRIER)
			run(&calls[i], false);
		if (calls[i].object != NOTHING)
			run(&calls[i], true);
	}
	return 0;
}
