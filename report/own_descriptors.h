/* SPDX-License-Identifier: MIT */
/* own_descriptors: keeps what a dump opens out of the program's reach.
 *
 * A program may close every descriptor there is, at any moment, and get our number for a file of its own: what we write and
 * close then is its. So the thread that dumps has a table of descriptors of its own.
 *
 * Called from   the helper thread (own_descriptors_separate); wherever messages are said (the others).
 * Without       close_range (before Linux 5.9) the thread goes on sharing the program's.
 */
#ifndef CONTEND_OWN_DESCRIPTORS_H
#define CONTEND_OWN_DESCRIPTORS_H

/* Gives the calling thread an empty table of its own; no file of the program is kept open by it. One thread may ask, as
 * often as it likes. */
void own_descriptors_separate(void);

/* The program's descriptor `number` in the calling thread's table: itself where the two share one, else another one, which is
 * given back. Negative if there is none. */
long own_descriptors_borrow(int number);
void own_descriptors_give_back(long borrowed);

#endif
