/* SPDX-License-Identifier: MIT */
/* vdso: functions of the kernel's code page, found by ourselves.
 *
 * The names that libc exports for them may be another preload's (libfaketime moves clock_gettime); these cannot be.
 *
 * Called from   the constructor. Pure, no allocation.
 */
#ifndef CONTEND_VDSO_H
#define CONTEND_VDSO_H

/* The address of a function of this process's vDSO; NULL without such a function or without a vDSO. */
void *vdso_find(const char *name);

/* The same in an ELF image that lies in memory as it does in its file; NULL if it is none, or has no such function. */
void *vdso_find_in(const void *image, const char *name);

#endif
