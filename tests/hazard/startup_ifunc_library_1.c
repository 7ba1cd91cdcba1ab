/* SPDX-License-Identifier: MIT
 * Uses the other library's indirect function in data: its resolver runs while this one is relocated.
 */
int startup_ifunc_target(void);
extern int (*const startup_ifunc_pointer)(void);
int (*const startup_ifunc_pointer)(void) = startup_ifunc_target;
