/* SPDX-License-Identifier: MIT */
/* A plug-in whose functions have frames of FRAME_BYTES. */
void plugin_call(void (*body)(void));

static __attribute__((noinline)) void inner(void (*body)(void))
{
	volatile char room[FRAME_BYTES];

	room[0] = 1;
	body();
	room[1] = room[0];
}

__attribute__((visibility("default"))) void plugin_call(void (*body)(void))
{
	volatile char room[FRAME_BYTES];

	room[0] = 1;
	inner(body);
	room[1] = room[0];
}
