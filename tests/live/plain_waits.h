/* SPDX-License-Identifier: MIT */
/* plain_waits: the two functions of a program that only needs some known waits: who waits, and who makes wait. */
#ifndef CONTEND_TESTS_PLAIN_WAITS_H
#define CONTEND_TESTS_PLAIN_WAITS_H

#include "known_waits.h"

KNOWN_WAIT(wait_for_it)
KNOWN_HOLD(hold_it)

#endif
