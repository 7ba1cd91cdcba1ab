/* SPDX-License-Identifier: MIT */
/* pprof_builder: what the parts of pprof share while one profile is made. Included by pprof*.c only. */
#ifndef CONTEND_PPROF_BUILDER_H
#define CONTEND_PPROF_BUILDER_H

#include "hash_index.h"
#include "pprof.h"
#include "string_table.h"

typedef Perftools__Profiles__Profile Profile;
typedef Perftools__Profiles__ValueType ValueType;
typedef Perftools__Profiles__Mapping Mapping;
typedef Perftools__Profiles__Function Function;
typedef Perftools__Profiles__Location Location;
typedef Perftools__Profiles__Line Line;
typedef Perftools__Profiles__Sample Sample;
typedef Perftools__Profiles__Label Label;

/* Entries are found again by what makes them equal. Ids are positions, from 1. */
struct pprof_builder {
	const struct snapshot *snapshot;
	const struct symbols *symbols;
	enum profile which;
	struct arena *arena;
	Profile *profile;
	struct string_table texts;
	uint32_t *mapping_ids;  /* by module number; 0: none */
	uint32_t *function_ids; /* by string number; 0: none */
	uint32_t *location_ids; /* by symbol number; 0: none yet */
	struct hash_index locations, samples;
	size_t value_count; /* of each sample: 3 with the maximum */
	uint8_t *name_uses; /* by symbol number, for futex_names */
};

/* The values of a sample. The last only where delays are told apart: once for each stack, in a sample of its own without the label
 * `wait`, so that what is in a profile never shrinks. */
enum { PPROF_VALUE_COUNT, PPROF_VALUE_DELAY_NS, PPROF_VALUE_LONGEST_NS, PPROF_VALUES };

/* Zeroed; NULL without memory. */
static inline void *pprof_new(struct pprof_builder *builder, size_t bytes)
{
	return arena_alloc(builder->arena, bytes);
}

/* The number of a text in the string table. */
static inline int64_t pprof_text(struct pprof_builder *builder, const char *text)
{
	return string_table_number(&builder->texts, text);
}

#endif
