/* SPDX-License-Identifier: MIT */
/* control: when a dump is written, and by which thread. Dumps never overlap, and a request that comes during one is served
 * by another one after it.
 *
 * Called from   the constructor (control_init), thread creation, fork children, process end, the API; the signal handler.
 * Threads       the helper thread, once the process has had a second thread: a single-threaded process is left with one,
 *               and dumps in the signal handler, on a stack of ours. The helper has every signal blocked that libc lets
 *               be blocked.
 * Concurrency   one word says who dumps; nobody waits for it in a signal handler.
 */
#ifndef CONTEND_CONTROL_H
#define CONTEND_CONTROL_H

#include <pthread.h>
#include <stdbool.h>

/* Writes the profiles to files of those names, NULL: CONTEND_OUT's; 0 or -errno. Called by one thread at a time, its calls muted. */
typedef int control_dump_function(const char *pattern);

typedef int control_create_function(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
				    void *argument);

/* Makes `signal` (0: none) ask for dumps, if it has its default disposition. 0, -EBUSY if it has not, or -errno. */
int control_init(control_dump_function *dump, int signal);

/* Starts the helper thread with the real pthread_create, unless it runs. Failing is no harm: see Threads. */
void control_start_helper(control_create_function *create);

/* Ends the helper thread and waits for that: the application's last thread does, so that libc sees it as the last; and who gets no
 * thread for want of room, which the helper then takes. False: there was none, or another thread ends it. */
bool control_stop_helper(void);

/* Dumps now, after one that is under way; for callers that may wait. 0, -errno; -EDEADLK when a signal handler that
 * interrupted a dump in this very thread calls it. */
int control_dump(const char *pattern);

/* Runs `body` while no dump is under way, for callers that may wait. 0; -EPERM where no system call may be made, -EDEADLK as above. */
int control_between_dumps(void (*body)(void));

/* Serves what was asked for, and returns when no dump is under way in another thread: 0 or -errno of the last. */
int control_finish(void);

/* No dump is begun any more, and nothing is done on the signal: system calls may be punished. */
void control_silence(void);

/* Returns when no dump is under way in another thread. */
void control_await(void);

/* In a forked child: no helper, no dump under way, no request. True if a dump was under way in the parent, so that the
 * private heap must not be used as it is. */
bool control_forked(void);

#endif
