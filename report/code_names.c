/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "code_names.h"
#include "pprof.h"
#include "symbols.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__Location Location;

static int compare_locations(const void *a, const void *b)
{
	const Location *left = *(Location *const *)a, *right = *(Location *const *)b;

	return (left->address > right->address) - (left->address < right->address);
}

static int add_lines(const struct code_names_order *order, struct code_names *names)
{
	struct symbolize_order how = {.view = {.root = order->look->root, .reader = order->look->file.owner},
				      .arena = &names->arena,
				      .lines = order->lines};
	struct symbolize_result result;
	int error = symbolize_profiles(&names->profile, 1, &how, &result);

	if (!error)
		names->failed_objects = result.failed_objects;
	return error;
}

static int keep_locks(const struct code_names_order *order, const struct symbols *symbols, struct code_names *names)
{
	names->locks = arena_alloc_array(&names->arena, order->lock_count, sizeof(*names->locks));
	for (size_t i = 0; i < order->lock_count && names->locks; i++) {
		const char *text = symbols_lock(symbols, (uint32_t)i + 1);

		names->locks[i] = arena_copy_text(&names->arena, text, strlen(text));
		if (!names->locks[i])
			return -ENOMEM;
	}
	return names->locks ? 0 : -ENOMEM;
}

int code_names_find(const struct code_names_order *order, struct code_names *out_names)
{
	struct snapshot_sample sample = {
		.profile = PROFILE_BLOCK, .kind = WAIT_MUTEX, .depth = (uint32_t)order->count, .frames = order->frames};
	struct snapshot snapshot = *order->look->snapshot;
	struct code_names names = {0};
	struct symbols *symbols;
	int error;

	snapshot.samples = &sample;
	snapshot.sample_count = 1;
	snapshot.locks = (struct snapshot_lock *)order->locks;
	snapshot.lock_count = order->lock_count;
	snapshot.modules = (struct snapshot_module *)order->modules;
	snapshot.module_count = order->module_count;
	error = symbols_resolve(&snapshot, order->look->root, &symbols);
	if (error)
		return error;
	error = pprof_build(&snapshot, symbols, PROFILE_BLOCK, &names.arena, &names.profile);
	if (!error)
		error = keep_locks(order, symbols, &names);
	symbols_free(symbols);
	if (!error && order->lines)
		error = add_lines(order, &names);
	if (error) {
		code_names_free(&names);
		return error;
	}
	if (names.profile->n_location)
		qsort(names.profile->location, names.profile->n_location, sizeof(Location *), compare_locations);
	*out_names = names;
	return 0;
}

void code_names_free(struct code_names *names)
{
	arena_free(&names->arena);
	*names = (struct code_names){0};
}

bool code_names_at(const struct code_names *names, uint64_t address, size_t number, struct code_name *out_name)
{
	const Profile *profile = names->profile;
	Location key = {.address = address}, *wanted = &key, **found;
	const Perftools__Profiles__Function *function;

	found = profile && profile->n_location
			? bsearch(&wanted, profile->location, profile->n_location, sizeof(wanted), compare_locations)
			: NULL;
	if (!found || number >= (*found)->n_line)
		return false;
	function = profile->function[(*found)->line[number]->function_id - 1];
	*out_name = (struct code_name){.function = profile->string_table[function->name],
				       .file = profile->string_table[function->filename],
				       .line = (*found)->line[number]->line,
				       .is_inlined = number + 1 < (*found)->n_line};
	return true;
}
