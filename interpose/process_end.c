/* SPDX-License-Identifier: MIT */
/* Overrides     abort, _exit, _Exit, execve, execv, execvp, execvpe, fexecve, execveat, execl, execle, execlp.
 * No destructor runs when a process ends by these: the last dump is written before. (exit and return run the destructor;
 * quick_exit our hook; what ends by a signal leaves its region behind, abort too, and only says there that it was that.
 * libc's own calls of abort, assert's among them, do not come by here.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include "lifecycle.h"
#include "real.h"

void abort(void)
{
	lifecycle_before_abort();
	REAL(abort)();
	__builtin_unreachable();
}

void _exit(int status)
{
	lifecycle_before_end(LIFECYCLE_END);
	REAL(_exit)(status);
	__builtin_unreachable();
}

void _Exit(int status)
{
	lifecycle_before_end(LIFECYCLE_END);
	REAL(_Exit)(status);
	__builtin_unreachable();
}

/* The value of an exec call, which has one only if it failed. */
#define EXEC(call)                                                                                                     \
	({                                                                                                             \
		lifecycle_before_end(LIFECYCLE_EXEC);                                                                  \
		int result_ = (call);                                                                                  \
                                                                                                                       \
		lifecycle_goes_on();                                                                                   \
		result_;                                                                                               \
	})

int execve(const char *path, char *const arguments[], char *const environment[])
{
	return EXEC(REAL(execve)(path, arguments, environment));
}

int execv(const char *path, char *const arguments[])
{
	return EXEC(REAL(execv)(path, arguments));
}

int execvp(const char *file, char *const arguments[])
{
	return EXEC(REAL(execvp)(file, arguments));
}

int execvpe(const char *file, char *const arguments[], char *const environment[])
{
	return EXEC(REAL(execvpe)(file, arguments, environment));
}

int fexecve(int descriptor, char *const arguments[], char *const environment[])
{
	return EXEC(REAL(fexecve)(descriptor, arguments, environment));
}

int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags)
{
	return EXEC(REAL(execveat)(directory, path, arguments, environment, flags));
}

/* What follows the arguments of a list, and how the program is found. */
enum list_form { LIST_PATH, LIST_PATH_ENVIRONMENT, LIST_SEARCH };

/* How many arguments the list has, the NULL not counted. */
static size_t list_length(const char *first, va_list list)
{
	size_t length = 0;
	va_list copy;

	va_copy(copy, list);
	for (const char *argument = first; argument; argument = va_arg(copy, const char *))
		length++;
	va_end(copy);
	return length;
}

static int exec_list(enum list_form form, const char *target, const char *first, va_list list)
{
	size_t length = list_length(first, list);
	char *arguments[length + 1];
	char *const *environment = environ;

	arguments[0] = (char *)first;
	for (size_t i = 1; i <= length; i++)
		arguments[i] = va_arg(list, char *);
	if (form == LIST_PATH_ENVIRONMENT)
		environment = va_arg(list, char *const *);
	if (form == LIST_SEARCH)
		return EXEC(REAL(execvpe)(target, arguments, environment));
	return EXEC(REAL(execve)(target, arguments, environment));
}

int execl(const char *path, const char *first, ...)
{
	va_list list;

	va_start(list, first);
	int result = exec_list(LIST_PATH, path, first, list);
	va_end(list);
	return result;
}

int execle(const char *path, const char *first, ...)
{
	va_list list;

	va_start(list, first);
	int result = exec_list(LIST_PATH_ENVIRONMENT, path, first, list);
	va_end(list);
	return result;
}

int execlp(const char *file, const char *first, ...)
{
	va_list list;

	va_start(list, first);
	int result = exec_list(LIST_SEARCH, file, first, list);
	va_end(list);
	return result;
}
