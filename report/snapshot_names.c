/* SPDX-License-Identifier: MIT */
#include "snapshot_names.h"

static const struct profile_texts {
	const char *name, *words, *option;
	struct snapshot_values values;
} profile_texts[] = {
#define PROFILE(identifier, name, words, count, value, option) [identifier] = {name, words, option, {count, value}},
#include "profiles.def"
#undef PROFILE
};

const char *snapshot_profile_name(enum profile profile)
{
	return profile_texts[profile].name;
}

const char *snapshot_profile_words(enum profile profile)
{
	return profile_texts[profile].words;
}

struct snapshot_values snapshot_profile_values(enum profile profile)
{
	return profile_texts[profile].values;
}

const char *snapshot_profile_option(enum profile profile)
{
	return profile_texts[profile].option;
}

const char *snapshot_kind_name(enum wait_kind kind)
{
	static const char *const names[] = {
#define WAIT_KIND(identifier, name, end, is_idle) [identifier] = name,
#include "wait_kinds.def"
#undef WAIT_KIND
	};

	return names[kind];
}

const char *snapshot_file_type_name(enum file_type type)
{
	static const char *const names[] = {
#define FILE_TYPE(identifier, name) [identifier] = name,
#include "file_types.def"
#undef FILE_TYPE
	};

	return names[type];
}
