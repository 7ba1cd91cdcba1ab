/* SPDX-License-Identifier: MIT */
/* Overrides     prctl; what confines otherwise (functions.def); and sees prctl and seccomp in syscall().
 * A process that puts a seccomp filter on itself may be killed for a system call that it never makes by itself: from then
 * on we make none, write no profile, and leave the region for `contend dump`. In strict mode, and where the program asks for it,
 * the clock kills, too: then nothing is measured any more. (Filters that were there before the program started cannot be seen.)
 */
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "clock.h"
#include "lifecycle.h"
#include "real.h"
#include "sandbox.h"
#include "syscall.h"

static void close_sandbox(bool is_strict)
{
	if (is_strict)
		record_stop();
	lifecycle_sandboxed();
}

/* Dumps are written as before, and children have regions of their own. */
static void forbid_clock(void)
{
	record_stop();
	clock_forbid();
}

static void prctl_succeeded(int option, unsigned long second)
{
	if (option == PR_SET_SECCOMP)
		close_sandbox(second == SECCOMP_MODE_STRICT);
	else if (option == PR_SET_TSC && second == PR_TSC_SIGSEGV)
		forbid_clock();
}

int prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth)
{
	int result;

	if (option == PR_SET_SECCOMP)
		lifecycle_before_confined();
	result = REAL(prctl)(option, second, third, fourth, fifth);
	if (result == 0)
		prctl_succeeded(option, second);
	return result;
}

/* A filter with a listener is answered with a descriptor; a positive result is else a thread that could not follow. */
static bool is_filter_set(uint32_t flags, long result)
{
	return result == 0 || (result > 0 && (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER));
}

static void seccomp_answered(uint32_t operation, uint32_t flags, long result)
{
	if (operation == SECCOMP_SET_MODE_STRICT && result == 0)
		close_sandbox(true);
	else if (operation == SECCOMP_SET_MODE_FILTER && is_filter_set(flags, result))
		close_sandbox(false);
}

long sandbox_call(const struct syscall_call *call)
{
	const long *a = call->arguments;
	bool is_seccomp = (int)call->number == SYS_seccomp;
	long result;

	if (is_seccomp || (int)a[0] == PR_SET_SECCOMP)
		lifecycle_before_confined();
	result = syscall_real(call);
	if (is_seccomp)
		seccomp_answered((uint32_t)a[0], (uint32_t)a[1], result);
	else if (result == 0)
		prctl_succeeded((int)a[0], (unsigned long)a[1]);
	return result;
}

#define FUNCTION_CONFINING(result, name, parameters, arguments, version)                                               \
	result name parameters                                                                                         \
	{                                                                                                              \
		lifecycle_before_confined();                                                                           \
		return REAL(name) arguments;                                                                           \
	}
#define FUNCTION(result, name, parameters, arguments, version)
#define FUNCTION_OLD(result, name, parameters, arguments, version)
#define FUNCTION_IN_ASSEMBLER(name)
#include "functions.def"
