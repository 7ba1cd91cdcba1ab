/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "heap.h"
#include "profile_ids.h"

typedef Perftools__Profiles__Profile Profile;

/* Where the entry of an id stands, in the order of ids. */
struct place {
	uint64_t id;
	uint64_t position;
};

struct places {
	struct place *places;
	size_t count;
};

struct all_places {
	struct places mappings, functions, locations;
};

static int compare_ids(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

static int places_new(struct places *places, size_t count)
{
	places->places = heap_alloc_array(count, sizeof(*places->places));
	return places->places ? 0 : -ENOMEM;
}

static void places_add(struct places *places, uint64_t id)
{
	places->places[places->count] = (struct place){.id = id, .position = places->count + 1};
	places->count++;
}

static void places_sort(struct places *places)
{
	qsort(places->places, places->count, sizeof(*places->places), compare_ids);
}

static uint64_t position_of(const struct places *places, uint64_t id)
{
	struct place wanted = {.id = id};
	const struct place *place =
		id ? bsearch(&wanted, places->places, places->count, sizeof(wanted), compare_ids) : NULL;

	return place ? place->position : 0;
}

static int collect(const Profile *profile, struct all_places *all)
{
	int error = places_new(&all->mappings, profile->n_mapping);

	if (!error)
		error = places_new(&all->functions, profile->n_function);
	if (!error)
		error = places_new(&all->locations, profile->n_location);
	if (error)
		return error;
	for (size_t i = 0; i < profile->n_mapping; i++)
		places_add(&all->mappings, profile->mapping[i]->id);
	for (size_t i = 0; i < profile->n_function; i++)
		places_add(&all->functions, profile->function[i]->id);
	for (size_t i = 0; i < profile->n_location; i++)
		places_add(&all->locations, profile->location[i]->id);
	places_sort(&all->mappings);
	places_sort(&all->functions);
	places_sort(&all->locations);
	return 0;
}

static void renumber_locations(Profile *profile, const struct all_places *all)
{
	for (size_t i = 0; i < profile->n_location; i++) {
		Perftools__Profiles__Location *location = profile->location[i];

		location->id = i + 1;
		location->mapping_id = position_of(&all->mappings, location->mapping_id);
		for (size_t line = 0; line < location->n_line; line++)
			location->line[line]->function_id =
				position_of(&all->functions, location->line[line]->function_id);
	}
}

static void renumber(Profile *profile, const struct all_places *all)
{
	for (size_t i = 0; i < profile->n_mapping; i++)
		profile->mapping[i]->id = i + 1;
	for (size_t i = 0; i < profile->n_function; i++)
		profile->function[i]->id = i + 1;
	renumber_locations(profile, all);
	for (size_t i = 0; i < profile->n_sample; i++) {
		Perftools__Profiles__Sample *sample = profile->sample[i];

		for (size_t at = 0; at < sample->n_location_id; at++)
			sample->location_id[at] = position_of(&all->locations, sample->location_id[at]);
	}
}

static bool are_positions(const Profile *profile)
{
	for (size_t i = 0; i < profile->n_mapping; i++)
		if (profile->mapping[i]->id != i + 1)
			return false;
	for (size_t i = 0; i < profile->n_function; i++)
		if (profile->function[i]->id != i + 1)
			return false;
	for (size_t i = 0; i < profile->n_location; i++)
		if (profile->location[i]->id != i + 1)
			return false;
	return true;
}

int profile_ids_make_positions(Profile *profile)
{
	struct all_places all = {0};
	int error = 0;

	if (!are_positions(profile)) {
		error = collect(profile, &all);
		if (!error)
			renumber(profile, &all);
	}
	heap_free(all.mappings.places);
	heap_free(all.functions.places);
	heap_free(all.locations.places);
	return error;
}
