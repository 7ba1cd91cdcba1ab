/* SPDX-License-Identifier: MIT */
/* deadlocks: the circles in who waits for whom.
 *
 * Called from   thread_list, once the holders are known.
 * Certain       see thread_list.h.
 */
#ifndef CONTEND_DEADLOCKS_H
#define CONTEND_DEADLOCKS_H

#include "thread_list.h"

/* Fills list->deadlocks, and what the threads say of them. 0 or -ENOMEM. */
int deadlocks_find(struct thread_list *list);

#endif
