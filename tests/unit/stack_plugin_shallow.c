/* SPDX-License-Identifier: MIT */
#define FRAME_BYTES 2000
#include "stack_plugin.h"
