/* SPDX-License-Identifier: MIT */
/* Overrides     prctl.
 * A process that puts a seccomp filter on itself may be killed for a system call that it never makes by itself: from then
 * on we make none, write no profile, and leave the region for `contend dump`. (Filters that were there before the program
 * started cannot be seen; neither can those set through syscall().)
 */
#include <linux/prctl.h>

#include "lifecycle.h"
#include "real.h"

int prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth)
{
	int result = REAL(prctl)(option, second, third, fourth, fifth);

	if (option == PR_SET_SECCOMP && result == 0)
		lifecycle_sandboxed();
	return result;
}
