/* SPDX-License-Identifier: MIT */
/* pprof_samples: the samples of a snapshot become samples, locations and functions of a profile, each entered when it
 * is first met. Samples that a reader could not tell apart become one. */
#ifndef CONTEND_PPROF_SAMPLES_H
#define CONTEND_PPROF_SAMPLES_H

#include "pprof_builder.h"

/* After the mappings, and after all other texts. 0 or -ENOMEM. */
int pprof_samples_build(struct pprof_builder *builder);

#endif
