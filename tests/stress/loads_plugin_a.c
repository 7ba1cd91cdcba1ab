/* SPDX-License-Identifier: MIT */
enum { FRAME_BYTES = 48 };

#include "stress/loads_plugin.h"
