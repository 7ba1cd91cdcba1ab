/* SPDX-License-Identifier: MIT */
/* A plug-in that puts one frame into a stack. */
#include "stress/certain.h"

void tables_plugin_use(uint64_t choice);

static volatile uint64_t used;

void tables_plugin_use(uint64_t choice)
{
	certain_wait(choice);
	used = choice; /* after the call: it is in the stack */
}
