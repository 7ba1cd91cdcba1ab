/* SPDX-License-Identifier: MIT */
#include "snapshot_names.h"

const char *snapshot_profile_name(enum profile profile)
{
	static const char *const names[] = {
#define PROFILE(identifier, name, words, count, value, option) [identifier] = name,
#include "profiles.def"
#undef PROFILE
	};

	return names[profile];
}

const char *snapshot_profile_words(enum profile profile)
{
	static const char *const all_words[] = {
#define PROFILE(identifier, name, words, count, value, option) [identifier] = words,
#include "profiles.def"
#undef PROFILE
	};

	return all_words[profile];
}

struct snapshot_values snapshot_profile_values(enum profile profile)
{
	static const struct snapshot_values values[] = {
#define PROFILE(identifier, name, words, count, value, option) [identifier] = {count, value},
#include "profiles.def"
#undef PROFILE
	};

	return values[profile];
}

const char *snapshot_profile_option(enum profile profile)
{
	static const char *const options[] = {
#define PROFILE(identifier, name, words, count, value, option) [identifier] = option,
#include "profiles.def"
#undef PROFILE
	};

	return options[profile];
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
