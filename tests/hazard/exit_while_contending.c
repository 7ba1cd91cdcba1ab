/* SPDX-License-Identifier: MIT
 *
 * Goal: threads that contend through the end of the process, destructors that lock and contend before and after ours, and
 * atexit functions that start threads: the exit comes, with its status.
 */
#include "hazard.h"

static struct hazard_rival rival;

static void *contend(void *argument)
{
	while (argument)
		hazard_rival_meet(argument, 1);
	return NULL;
}

static void at_exit(void)
{
	hazard_contend(4, 50);
	hazard_rival_meet(&rival, 5);
}

__attribute__((destructor(101))) static void last(void)
{
	hazard_contend(2, 50);
	if (rival.started)
		hazard_rival_meet(&rival, 5);
}

__attribute__((destructor)) static void first(void)
{
	if (rival.started)
		hazard_rival_meet(&rival, 5);
}

int main(int argc, char **argv)
{
	(void)argv;
	hazard_limit(20);
	if (argc == 1) {
		for (int i = 0; i < 4; i++)
			need(hazard_wait(hazard_spawn_self("once")) == 3, "exit %d", i);
		return 0;
	}
	atexit(at_exit);
	hazard_rival_start(&rival);
	for (int i = 0; i < 4; i++)
		hazard_start(contend, &rival);
	hazard_rival_meet(&rival, 10);
	exit(3);
}
