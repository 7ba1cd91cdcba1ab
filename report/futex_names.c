/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "futex_names.h"

/* What a name tells. */
enum futex_name {
	FUTEX_NAME_UNKNOWN, /* not looked at yet */
	FUTEX_NAME_NONE,    /* nothing */
	FUTEX_NAME_LOCK,
	FUTEX_NAME_MAYBE_LOCK,
	FUTEX_NAME_OTHER,
};

/* Is `name` the pattern, whose * stand for anything? */
static bool name_matches(const char *name, const char *pattern)
{
	const char *star = NULL, *behind = NULL; /* the last star, and up to where it stands for the name */

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			behind = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++behind;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

static enum futex_name use_of_name(const char *name)
{
	static const struct {
		enum futex_name use;
		const char *pattern;
	} known[] = {
#define FUTEX_NAME(use, pattern) {use, pattern},
#include "futex_names.def"
#undef FUTEX_NAME
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (name_matches(name, known[i].pattern))
			return known[i].use;
	return FUTEX_NAME_NONE;
}

/* The first frames only: what is farther out is the program's, whatever it is called. */
static enum futex_name use_of_stack(const struct symbols *symbols, const uint64_t *frames, size_t depth, uint8_t *uses)
{
	enum { NEAR = 16 };
	enum futex_name found = FUTEX_NAME_NONE;

	for (size_t i = 0; i < depth && i < NEAR; i++) {
		uint32_t number = symbols_number(symbols, frames[i]);

		if (uses[number] == FUTEX_NAME_UNKNOWN)
			uses[number] = use_of_name(symbols_name(symbols, number));
		if (uses[number] == FUTEX_NAME_MAYBE_LOCK)
			found = FUTEX_NAME_LOCK;
		else if (uses[number] != FUTEX_NAME_NONE)
			return uses[number];
	}
	return found;
}

bool futex_names_is_lock(const struct symbols *symbols, const struct snapshot_sample *sample, uint8_t *uses)
{
	enum futex_name use = use_of_stack(symbols, sample->waiter_frames, sample->waiter_depth, uses);

	if (use == FUTEX_NAME_NONE)
		use = use_of_stack(symbols, sample->frames, sample->depth, uses);
	return use == FUTEX_NAME_NONE ? sample->kind == WAIT_FUTEX_LOCK : use == FUTEX_NAME_LOCK;
}
