/* SPDX-License-Identifier: MIT */
/* config_signal: which signals may ask for a dump, by name or number.
 *
 * Not those that cannot be caught, those that report a fault of the program (a handler that returns would run for ever),
 * and those that libc keeps for itself.
 *
 * Called from   the constructor, and the tool. No locale, no allocation.
 */
#ifndef CONTEND_CONFIG_SIGNAL_H
#define CONTEND_CONFIG_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

/* "USR2", "SIGUSR2", "12", "RTMIN+3", "none" (0). False for anything else. */
bool config_signal_parse(const char *text, int64_t *out_signal);

#endif
