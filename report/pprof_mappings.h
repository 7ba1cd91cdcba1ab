/* SPDX-License-Identifier: MIT */
/* pprof_mappings: the objects of a snapshot become the mappings of a profile, the main executable first. */
#ifndef CONTEND_PPROF_MAPPINGS_H
#define CONTEND_PPROF_MAPPINGS_H

#include "pprof_builder.h"

/* Fills builder->mapping_ids and the profile's mappings. 0 or -ENOMEM. */
int pprof_mappings_build(struct pprof_builder *builder);

#endif
