/* SPDX-License-Identifier: MIT */
/* region_place: where the file of a region lies, and that nobody else can have a hand in it.
 *
 * Called from   region_create; raw system calls only.
 * Trust         <region_dir>/contend-<uid> must be a real directory in memory (tmpfs), its user's own, that nobody else may enter.
 *               It is made if it is missing. Files are created in it exclusively; no link is followed.
 */
#ifndef CONTEND_REGION_PLACE_H
#define CONTEND_REGION_PLACE_H

#include <stddef.h>
#include <stdint.h>

/* Creates contend-<uid>/<pid>.<process_start>.<n>, mode 0600, under the first free n. Returns its descriptor and writes its
 * absolute path; or -errno: -EPERM where the directory is not to be trusted. */
long region_place_create(const char *region_dir, uint64_t process_start, char *out_path, size_t bytes);

#endif
