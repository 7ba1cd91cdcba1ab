/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

enum {
	TEXT_BYTES = 1024,
};

static struct check {
	pthread_mutex_t lock; /* output and numbers stay together */
	unsigned made;
	unsigned failed;
} check = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* One line of TAP; `detail` follows as a comment where a check failed. */
static bool report(bool holds, const char *file, int line, const char *detail, const char *format, va_list arguments)
{
	pthread_mutex_lock(&check.lock);
	check.made++;
	check.failed += !holds;
	printf("%sok %u - ", holds ? "" : "not ", check.made);
	vprintf(format, arguments);
	printf("\n");
	if (!holds)
		printf("#   at %s:%d: %s\n", file, line, detail);
	fflush(stdout);
	pthread_mutex_unlock(&check.lock);
	return holds;
}

bool check_ok(bool condition, const char *file, int line, const char *expression, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(condition, file, line, expression, format, arguments);
	va_end(arguments);
	return condition;
}

bool check_u64(uint64_t got, uint64_t expected, const char *file, int line, const char *format, ...)
{
	char detail[TEXT_BYTES];
	va_list arguments;

	snprintf(detail, sizeof(detail), "got %ju (%#jx), expected %ju (%#jx)", (uintmax_t)got, (uintmax_t)got,
		 (uintmax_t)expected, (uintmax_t)expected);
	va_start(arguments, format);
	report(got == expected, file, line, detail, format, arguments);
	va_end(arguments);
	return got == expected;
}

static bool same_text(const char *one, const char *other)
{
	return one && other ? !strcmp(one, other) : one == other;
}

bool check_str(const char *got, const char *expected, const char *file, int line, const char *format, ...)
{
	char detail[TEXT_BYTES];
	va_list arguments;

	snprintf(detail, sizeof(detail), "got \"%s\", expected \"%s\"", got ? got : "(null)",
		 expected ? expected : "(null)");
	va_start(arguments, format);
	report(same_text(got, expected), file, line, detail, format, arguments);
	va_end(arguments);
	return same_text(got, expected);
}

bool check_near_ratio(double got, double expected, double tolerance, const char *file, int line, const char *format,
		      ...)
{
	double distance = expected == 0 ? got : got / expected - 1;
	bool holds = expected == 0 ? got == 0 : distance >= -tolerance && distance <= tolerance;
	char detail[TEXT_BYTES];
	va_list arguments;

	snprintf(detail, sizeof(detail), "got %g, expected %g: off by %.3g %%, allowed %.3g %%", got, expected,
		 distance * 100, tolerance * 100);
	va_start(arguments, format);
	report(holds, file, line, detail, format, arguments);
	va_end(arguments);
	return holds;
}

void check_skip(unsigned count, const char *format, ...)
{
	char reason[TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	pthread_mutex_lock(&check.lock);
	while (count--)
		printf("ok %u # SKIP %s\n", ++check.made, reason);
	fflush(stdout);
	pthread_mutex_unlock(&check.lock);
}

int check_done(void)
{
	printf("1..%u\n", check.made);
	if (check.failed)
		printf("# %u of %u checks failed\n", check.failed, check.made);
	fflush(stdout);
	return check.failed || !check.made;
}
