/* SPDX-License-Identifier: MIT
 * flags: -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=0
 * leaves: a child that libc ends for its overflow
 *
 * Goal: reading, receiving and polling answer as without us in a program that is fortified at level 0.
 */
#include "fortified_calls.h"
