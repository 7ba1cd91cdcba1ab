/* SPDX-License-Identifier: MIT */
enum { FRAME_BYTES = 336 };

#include "stress/loads_plugin.h"
