/* SPDX-License-Identifier: MIT
 * part of: startup_failures_test.sh
 *
 * Goal: a program of two threads that contend, with something to say, so that it can be seen whether it does so whatever fails.
 * The system calls between its own two getppid() are its own.
 */
#include "hazard.h"

int main(void)
{
	hazard_limit(20);
	getppid();
	hazard_contend(2, 50);
	printf("two threads\n");
	fflush(stdout);
	getppid();
	return 3;
}
