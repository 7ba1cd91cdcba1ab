/* SPDX-License-Identifier: MIT */
/* symbolize_parts: what the parts of symbolize share. Included by symbolize*.c only. */
#ifndef CONTEND_SYMBOLIZE_PARTS_H
#define CONTEND_SYMBOLIZE_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "symbolize.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Mapping Mapping;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Function Function;
typedef Perftools__Profiles__Line Line;

struct symbolize_lookup {
	/* The functions at a location; NULL: not known. */
	const struct source_frame *(*find)(const void *argument, const Profile *profile, const Location *location);
	const void *argument;
};

/* Has an address in an object, but no line yet. */
static inline bool symbolize_is_wanting(const Location *location)
{
	bool has_line = false;

	for (size_t i = 0; i < location->n_line; i++)
		has_line |= location->line[i]->line != 0;
	return location->mapping_id && location->address && !has_line;
}

/* A copy of the message in which locations have the lines that `lookup` finds. 0 or -ENOMEM. */
int symbolize_message(const Profile *profile, const struct symbolize_lookup *lookup, struct arena *arena,
		      Profile **out_profile);

#endif
