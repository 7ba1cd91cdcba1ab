/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash_index.h"
#include "path.h"
#include "symbolize_parts.h"
#include "utf8.h"

/* One message on its way. Its arrays have room for all that can come. */
struct rewriting {
	const Profile *old;
	Profile *profile;
	const struct symbolize_lookup *lookup;
	struct arena *arena;
	struct hash_index texts, functions;
};

struct text_wanted {
	const Profile *profile;
	const char *text;
};

static bool text_is_same(const void *wanted, uint32_t number)
{
	const struct text_wanted *text = wanted;

	return strcmp(text->profile->string_table[number], text->text) == 0;
}

/* The old texts keep their numbers. */
static int index_texts(struct rewriting *rewriting)
{
	const Profile *profile = rewriting->profile;
	int error = 0;

	for (size_t i = 0; i < profile->n_string_table && !error; i++) {
		const char *text = profile->string_table[i];

		error = hash_index_add(&rewriting->texts, hash_index_bytes(text, strlen(text)), i);
	}
	return error;
}

/* The number of a text that is valid UTF-8; -ENOMEM. */
static int64_t text_number(struct rewriting *rewriting, char *text)
{
	Profile *profile = rewriting->profile;
	struct text_wanted wanted = {.profile = profile, .text = text};
	uint64_t hash = hash_index_bytes(text, strlen(text));
	uint32_t number;

	if (hash_index_find(&rewriting->texts, hash, text_is_same, &wanted, &number))
		return number;
	if (hash_index_add(&rewriting->texts, hash, profile->n_string_table))
		return -ENOMEM;
	profile->string_table[profile->n_string_table] = text;
	return (int64_t)profile->n_string_table++;
}

static int64_t copied_text_number(struct rewriting *rewriting, const char *text)
{
	char *copy = arena_copy_text(rewriting->arena, text, strlen(text));

	if (!copy)
		return -ENOMEM;
	utf8_repair(copy);
	return text_number(rewriting, copy);
}

struct function_wanted {
	const Profile *profile;
	const Function *function;
};

static bool function_is_same(const void *wanted, uint32_t id)
{
	const struct function_wanted *pair = wanted;
	const Function *a = pair->function, *b = pair->profile->function[id - 1];

	return a->name == b->name && a->system_name == b->system_name && a->filename == b->filename &&
	       a->start_line == b->start_line;
}

/* The id of the function that equals `wanted`, made if there is none; 0 without memory. */
static uint64_t function_id(struct rewriting *rewriting, const Function *wanted)
{
	uint64_t words[] = {(uint64_t)wanted->name, (uint64_t)wanted->system_name, (uint64_t)wanted->filename,
			    (uint64_t)wanted->start_line};
	uint64_t hash = hash_index_words(words, sizeof(words) / sizeof(words[0]));
	struct function_wanted pair = {.profile = rewriting->profile, .function = wanted};
	Profile *profile = rewriting->profile;
	Function *function;
	uint32_t id;

	if (hash_index_find(&rewriting->functions, hash, function_is_same, &pair, &id))
		return id;
	function = arena_alloc(rewriting->arena, sizeof(*function));
	if (!function || hash_index_add(&rewriting->functions, hash, profile->n_function + 1))
		return 0;
	perftools__profiles__function__init(function);
	function->name = wanted->name;
	function->system_name = wanted->system_name;
	function->filename = wanted->filename;
	function->start_line = wanted->start_line;
	profile->function[profile->n_function++] = function;
	function->id = profile->n_function;
	return function->id;
}

/* `object+0xaddress`, as symbols.h names what has no name? */
static bool is_address(const Profile *profile, const Location *location, const char *name)
{
	const char *path = profile->string_table[profile->mapping[location->mapping_id - 1]->filename];
	const char *base = path_base(path);
	size_t bytes = strlen(base);

	return strncmp(name, base, bytes) == 0 && strncmp(name + bytes, "+0x", 3) == 0 &&
	       name[bytes + 3 + strspn(name + bytes + 3, "0123456789abcdef")] == '\0';
}

/* What the function at a location was called before; NULL if it had no name. */
static const Function *old_function(const struct rewriting *rewriting, const Location *location)
{
	const Profile *old = rewriting->old;
	const Function *function;

	if (location->n_line == 0)
		return NULL;
	function = old->function[location->line[location->n_line - 1]->function_id - 1];
	return function->name && !is_address(old, location, old->string_table[function->name]) ? function : NULL;
}

/* The function that was compiled keeps its name; one that was inlined has the compiler's. 0 without memory. */
static uint64_t function_of_frame(struct rewriting *rewriting, const Location *location,
				  const struct source_frame *frame)
{
	const Function *old = frame->outer ? NULL : old_function(rewriting, location);
	const char *name = frame->name[0] ? frame->name : "??";
	Function wanted = {.filename = copied_text_number(rewriting, frame->file), .start_line = frame->start_line};

	wanted.name = old ? old->name : copied_text_number(rewriting, name);
	wanted.system_name = old ? old->system_name : copied_text_number(rewriting, frame->system_name);
	return wanted.name < 0 || wanted.system_name < 0 || wanted.filename < 0 ? 0 : function_id(rewriting, &wanted);
}

static size_t depth_of(const struct source_frame *frame)
{
	size_t depth = 0;

	for (; frame; frame = frame->outer)
		depth++;
	return depth;
}

static const struct source_frame *frames_of(const struct rewriting *rewriting, const Location *location)
{
	const struct symbolize_lookup *lookup = rewriting->lookup;

	return symbolize_is_wanting(location) ? lookup->find(lookup->argument, rewriting->old, location) : NULL;
}

static int add_line(struct rewriting *rewriting, Location *location, uint64_t function, int64_t number, int64_t column)
{
	Line *line = arena_alloc(rewriting->arena, sizeof(*line));

	if (!line || !function)
		return -ENOMEM;
	perftools__profiles__line__init(line);
	line->function_id = function;
	line->line = number;
	line->column = column;
	location->line[location->n_line++] = line;
	return 0;
}

static int copy_lines(struct rewriting *rewriting, Location *location, const Location *old)
{
	int error = 0;

	for (size_t i = 0; i < old->n_line && !error; i++) {
		const Line *line = old->line[i];
		const Function *function = rewriting->old->function[line->function_id - 1];

		error = add_line(rewriting, location, function_id(rewriting, function), line->line, line->column);
	}
	return error;
}

static int write_lines(struct rewriting *rewriting, Location *location, const Location *old,
		       const struct source_frame *frame)
{
	Mapping *mapping = rewriting->profile->mapping[old->mapping_id - 1];
	int error = 0;

	mapping->has_filenames = mapping->has_line_numbers = mapping->has_inline_frames = true;
	for (; frame && !error; frame = frame->outer)
		error = add_line(rewriting, location, function_of_frame(rewriting, old, frame), frame->line, 0);
	return error;
}

static int rewrite_location(struct rewriting *rewriting, size_t position)
{
	const Location *old = rewriting->old->location[position];
	const struct source_frame *frames = frames_of(rewriting, old);
	size_t depth = frames ? depth_of(frames) : old->n_line;
	Location *location = arena_alloc(rewriting->arena, sizeof(*location));

	if (!location)
		return -ENOMEM;
	*location = *old;
	location->n_line = 0;
	location->line = arena_alloc_array(rewriting->arena, depth, sizeof(Line *));
	rewriting->profile->location[position] = location;
	if (!location->line)
		return -ENOMEM;
	return frames ? write_lines(rewriting, location, old, frames) : copy_lines(rewriting, location, old);
}

static int copy_mappings(struct rewriting *rewriting)
{
	for (size_t i = 0; i < rewriting->old->n_mapping; i++) {
		Mapping *mapping = arena_alloc(rewriting->arena, sizeof(*mapping));

		if (!mapping)
			return -ENOMEM;
		*mapping = *rewriting->old->mapping[i];
		rewriting->profile->mapping[i] = mapping;
	}
	return 0;
}

/* Every line may bring a function, and every function two names and a file. */
static int make_room(struct rewriting *rewriting)
{
	const Profile *old = rewriting->old;
	Profile *profile = rewriting->profile;
	size_t lines = 0;

	for (size_t i = 0; i < old->n_location; i++) {
		const struct source_frame *frames = frames_of(rewriting, old->location[i]);

		lines += frames ? depth_of(frames) : old->location[i]->n_line;
	}
	*profile = *old;
	profile->n_function = 0;
	profile->mapping = arena_alloc_array(rewriting->arena, old->n_mapping, sizeof(Mapping *));
	profile->location = arena_alloc_array(rewriting->arena, old->n_location, sizeof(Location *));
	profile->function = arena_alloc_array(rewriting->arena, lines, sizeof(Function *));
	profile->string_table = arena_alloc_array(rewriting->arena, old->n_string_table + 3 * lines, sizeof(char *));
	if (!profile->mapping || !profile->location || !profile->function || !profile->string_table)
		return -ENOMEM;
	memcpy(profile->string_table, old->string_table, old->n_string_table * sizeof(char *));
	return 0;
}

static int rewrite(struct rewriting *rewriting)
{
	int error = make_room(rewriting);

	if (!error)
		error = index_texts(rewriting);
	if (!error)
		error = copy_mappings(rewriting);
	for (size_t i = 0; i < rewriting->old->n_location && !error; i++)
		error = rewrite_location(rewriting, i);
	return error;
}

int symbolize_message(const Profile *profile, const struct symbolize_lookup *lookup, struct arena *arena,
		      Profile **out_profile)
{
	struct rewriting rewriting = {.old = profile, .lookup = lookup, .arena = arena};
	int error;

	rewriting.profile = arena_alloc(arena, sizeof(Profile));
	error = rewriting.profile ? rewrite(&rewriting) : -ENOMEM;
	if (!error)
		*out_profile = rewriting.profile;
	hash_index_free(&rewriting.texts);
	hash_index_free(&rewriting.functions);
	return error;
}
