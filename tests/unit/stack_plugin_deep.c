/* SPDX-License-Identifier: MIT */
/* The same code as stack_plugin_shallow, in larger frames: loaded in turn, the two have the same addresses. */
#define FRAME_BYTES 4000
#include "stack_plugin.h"
