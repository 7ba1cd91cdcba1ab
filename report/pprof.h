/* SPDX-License-Identifier: MIT */
/* pprof: one profile of a snapshot in pprof's own form, as Go writes it.
 *
 * Sample types contentions/count and delay/nanoseconds, or what else profiles.def says; ids from 1 in order; mapping[0] is the main executable; every
 * location names its function; block samples carry the label `kind`; comments tell how it was sampled and what was
 * lost. Memory        `arena`: the message and all that it points to live and die with it.
 */
#ifndef CONTEND_PPROF_H
#define CONTEND_PPROF_H

#include "arena.h"
#include "profile.pb-c.h"
#include "snapshot.h"
#include "symbols.h"

/* 0 or -ENOMEM. */
int pprof_build(const struct snapshot *snapshot, const struct symbols *symbols, enum profile profile,
		struct arena *arena, Perftools__Profiles__Profile **out_profile);

#endif
