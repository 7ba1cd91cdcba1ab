/* SPDX-License-Identifier: MIT */
/* sample_table: how often and how long, for each key: profile, kind, stack, and what else tells samples apart.
 *
 * Called from   application threads, guard held, signal handlers included; readers from reports, also in another process.
 * Memory        a slot index and an arena of samples, both inside the region, sized by sample_table_layout; samples are
 *               never moved, changed in their key, or removed.
 * When full     sample_table_find answers the overflow sample of the profile and kind; LOSS_SAMPLES_FULL is counted.
 * Units         count in 2^-SAMPLER_COUNT_SHIFT events, delay in ticks, both already weighted by the sampler.
 * Concurrency   lock-free. A sample is filled before its slot is published (release/acquire). Count and delay change
 *               together (a 16-byte compare-and-swap) and only grow, but for resets, so sample_read gets a pair that was true at one
 *               instant.
 *
 *               find   add   read     -: nothing needed
 *   find         -      -     -
 *   add          -      -     -
 */
#ifndef CONTEND_SAMPLE_TABLE_H
#define CONTEND_SAMPLE_TABLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample_key.h"
#include "sampler.h"

/* The table's own words in the region. Offsets are bytes from this struct. */
struct sample_table {
	uint32_t slot_count; /* a power of two */
	uint32_t slots_offset;
	uint64_t arena_offset;
	uint64_t arena_limit_bytes;            /* of address space */
	_Atomic uint64_t arena_reserved_bytes; /* of memory that is really there; grows up to the limit */
	_Atomic uint64_t arena_used_bytes;     /* handed out */
};

/* A slot is 0, empty, or says where its sample lies: so many units from the table. A sample lies in the first slot that was
 * empty from hash % slot_count on, that is, behind none that is empty. */
#define SAMPLE_PROBES 64 /* slots that are tried */

/* Bytes that a table of at most `bytes` takes, and its division into slots and arena, written to `table`. */
void sample_table_layout(struct sample_table *table, size_t bytes);

/* The table that sample_table_find uses. reserved_bytes: how much of the arena may be used for now. Enters the overflow
 * samples of every profile and kind. */
void sample_table_init(struct sample_table *table, uint64_t reserved_bytes);

/* More of the arena may be used from now on. */
void sample_table_reserve(uint64_t reserved_bytes);

/* Called when what is reserved of the arena is used up; true: there is more now. NULL: there never is. */
extern bool (*sample_table_on_full)(void);

/* The sample of that key, entered if it was not there; the overflow sample if it cannot be. Never NULL. */
struct sample *sample_table_find(const struct sample_key *key);

bool sample_table_is_overflow(const struct sample *sample);

/* The sample at so many units from the table that sample_table_find uses, and back. */
struct sample *sample_table_at(uint32_t unit);
uint32_t sample_table_unit(const struct sample *sample);

void sample_add(struct sample *sample, struct sample_weight weight);

/* One of the events that were added took that long. Kept by samples with a delay class. */
void sample_note_longest(struct sample *sample, uint64_t delay_ticks);

/* All samples begin again with nothing; what is added at the same time lands before or after. */
void sample_table_reset(void);

/* The pair as it was at one instant. */
struct sample_weight sample_read(const struct sample *sample);

/* Was anything ever added to any sample of this process's table? */
bool sample_table_has_data(const struct sample_table *table);

/* For readers: the sample of slot number `slot`, or NULL if that slot is empty or (in a damaged table) points outside
 * `table_bytes` bytes from `table`. */
const struct sample *sample_table_slot(const struct sample_table *table, size_t table_bytes, uint32_t slot);

#endif
