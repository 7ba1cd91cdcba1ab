/* SPDX-License-Identifier: MIT */
/* unloading: no code is unloaded while a thread looks at what others have on their stacks.
 *
 * A thread keeps the code that it waits in loaded, but may stop waiting and unload it while the helper thread still reads its unwind
 * information. So dlclose waits until the helper is done, some microseconds; and the helper, which never waits, leaves off while
 * a dlclose is under way.
 *
 * Called from   hold: the thread that makes reports. begin, end: dlclose.
 * Concurrency   one holder at a time; any number of dlclose at a time, also inside each other (destructors).
 */
#ifndef CONTEND_UNLOADING_H
#define CONTEND_UNLOADING_H

#include <stdbool.h>

/* Nothing is unloaded from here on, what was on the stack of a thread that is seen to wait after it least of all. False: something is
 * being unloaded just now. */
bool unloading_hold(void);
void unloading_let_go(void);

void unloading_begin(void);
void unloading_end(void);

#endif
