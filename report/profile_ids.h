/* SPDX-License-Identifier: MIT */
/* profile_ids: ids of mappings, functions and locations become their positions, counted from 1, so that whoever reads a profile
 * finds each entry without a search.
 *
 * Called from   the tool and tests; the library does not have it.
 * Trust         the profile has passed profile_file's checks: ids are unique, and all that are referred to exist.
 */
#ifndef CONTEND_PROFILE_IDS_H
#define CONTEND_PROFILE_IDS_H

#include "profile.pb-c.h"

/* 0; -ENOMEM, and nothing has changed. */
int profile_ids_make_positions(Perftools__Profiles__Profile *profile);

#endif
