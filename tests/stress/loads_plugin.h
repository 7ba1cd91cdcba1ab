/* SPDX-License-Identifier: MIT */
/* loads_plugin: what both plug-ins of the storm loads do when they come, are used and go. Their frames are of FRAME_BYTES each, so
 * that a stack leads nowhere whose walk takes one for the other. */
#include "hazard/hazard.h"
#include "stress/certain.h"
#include "stress/unseen.h"

enum { DEEPEST = 5 };

static volatile char kept;

__attribute__((noinline)) static void plugin_wait(unsigned depth, uint64_t choice)
{
	volatile char frame[FRAME_BYTES];

	frame[FRAME_BYTES - 1] = (char)depth;
	if (depth)
		plugin_wait(depth - 1, choice);
	else
		certain_wait(choice);
	kept = frame[FRAME_BYTES - 1]; /* after the call: the frame stays */
}

static void *plugin_thread(void *choice)
{
	plugin_wait(1, (uintptr_t)choice);
	return NULL;
}

__attribute__((constructor)) static void plugin_comes(void)
{
	pthread_t thread = hazard_start(plugin_thread, NULL);

	plugin_wait(2, 1);
	certain_contend();
	need(unseen_join(thread), "its thread");
}

__attribute__((destructor)) static void plugin_goes(void)
{
	plugin_wait(1, 2);
	certain_contend();
}

void plugin_use(uint64_t choice);

void plugin_use(uint64_t choice)
{
	plugin_wait(choice % DEEPEST, choice);
}
