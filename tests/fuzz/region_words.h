/* SPDX-License-Identifier: MIT */
/* region_words: the words of a region that its readers rely on, for the mutator of region_fuzz. */
#ifndef CONTEND_TESTS_FUZZ_REGION_WORDS_H
#define CONTEND_TESTS_FUZZ_REGION_WORDS_H

#include "random.h"
#include "region.h"

struct region_word {
	uint32_t offset; /* in the region */
	uint32_t bytes;  /* 1, 2, 4 or 8 */
};

/* Some word; samples, modules and what describes the tables come more often than the rest. */
struct region_word region_words_pick(struct random *random, const struct region *region);

#endif
