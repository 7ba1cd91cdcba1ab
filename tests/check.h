/* SPDX-License-Identifier: MIT */
/* check: what a test says, in TAP (one "ok" or "not ok" line per check, a plan at the end), and helpers named t_.
 *
 * Called from   tests only, in C and C++, any thread. Every check prints and returns whether it held, so that a test can
 *               stop where going on makes no sense.
 * End           `return done();` from main: prints the plan; non-zero if a check failed or none was made.
 */
#ifndef CONTEND_TESTS_CHECK_H
#define CONTEND_TESTS_CHECK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ok(condition, "what holds", ...): the basic check. */
#define ok(condition, ...) check_ok((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

/* Equality; both values are shown where they differ. NULL strings are allowed and equal only each other. */
#define is_u64(got, expected, ...) check_u64((got), (expected), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, expected, ...) check_str((got), (expected), __FILE__, __LINE__, __VA_ARGS__)

/* |got / expected - 1| <= tolerance. An expected 0 demands 0; a NaN never holds. */
#define near_ratio(got, expected, tolerance, ...)                                                                      \
	check_near_ratio((got), (expected), (tolerance), __FILE__, __LINE__, __VA_ARGS__)

/* Counts `count` checks that cannot be made here as skipped. */
#define skip(count, ...) check_skip((count), __VA_ARGS__)

#define done() check_done()

bool check_ok(bool condition, const char *file, int line, const char *expression, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
bool check_u64(uint64_t got, uint64_t expected, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
bool check_str(const char *got, const char *expected, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
bool check_near_ratio(double got, double expected, double tolerance, const char *file, int line, const char *format,
		      ...) __attribute__((format(printf, 6, 7)));
void check_skip(unsigned count, const char *format, ...) __attribute__((format(printf, 2, 3)));
int check_done(void);

/* Starts `threads` threads in `body`, each with its number 0 ... threads-1, all released at the same moment, and waits for
 * them to end. Ends the test if a thread cannot be made. */
void t_run(unsigned threads, void (*body)(unsigned number, void *argument), void *argument);

/* Sleeps, or keeps a CPU busy, for that long at least. t_spin_us makes no call that could be a recorded wait. */
void t_sleep_ms(unsigned ms);
void t_spin_us(unsigned us);

#ifndef __cplusplus /* which has no _Atomic */
/* Waits until `*word` is at least `value`, a deadline of 10 s; false when that passed. */
bool t_await(const _Atomic unsigned *word, unsigned value);
#endif

/* `threads` threads lock and unlock `mutex` `rounds` times each, holding it for `hold_us`; returns the number of
 * critical sections that were seen, counted under the lock. */
uint64_t t_contend(pthread_mutex_t *mutex, unsigned threads, unsigned rounds, unsigned hold_us);

/* CLOCK_MONOTONIC now; the CPU time that this thread has used. */
uint64_t t_now_ns(void);
uint64_t t_cpu_ns(void);

#ifdef __cplusplus
}
#endif

#endif
